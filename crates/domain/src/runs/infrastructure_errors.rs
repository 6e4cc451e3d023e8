//! Infrastructure errors of a run.

use runlens_api_types::{
    Page,
    auth::Role,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
};

use super::LoadedRun;
use crate::{Error, Result, access, errors};

impl LoadedRun {
    /// Returns a page of the infrastructure errors. Scope `system:read`; `include_stack` needs the role admin or contributor.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::MissingRole`].
    pub fn infrastructure_errors(
        &self,
        query: &InfrastructureErrorQuery,
    ) -> Result<Page<InfrastructureError>> {
        self.caller.require(access::LIST_RUN_INFRASTRUCTURE_ERRORS)?;
        if query.include_stack && !matches!(self.caller.role(), Some(Role::Admin | Role::Contributor)) {
            return Err(Error::MissingRole(
                "`include_stack` needs the role admin or contributor.",
            ));
        }
        let mut found =
            errors::infrastructure_errors(self.id(), &self.snapshot.progress, query.include_stack);
        found.retain(|error| {
            query.kind.is_none_or(|kind| error.kind == kind)
                && query.severity.is_none_or(|severity| error.severity == severity)
        });
        Ok(Page::paginate(found, query.page))
    }
}
