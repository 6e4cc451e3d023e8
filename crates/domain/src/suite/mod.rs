//! The suite as it is currently defined: samples, regression tests and categories, and results by test.

mod categories;
mod health;
mod history;
mod recent;
mod regression_tests;
mod samples;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use crate::{Settings, store::Store, suite_definition::SuiteDefinition};

/// Use cases of the suite. Cheap to clone.
#[derive(Clone)]
pub struct SuiteService {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    settings: Arc<Settings>,
    definition: SuiteDefinition,
}

impl SuiteService {
    pub(crate) fn new(store: Store, settings: Arc<Settings>, definition: SuiteDefinition) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                settings,
                definition,
            }),
        }
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn definition(&self) -> &SuiteDefinition {
        &self.inner.definition
    }
}

/// Groups values by key, keeping their order.
fn group<T>(pairs: impl IntoIterator<Item = (i32, T)>) -> HashMap<i32, Vec<T>> {
    let mut groups: HashMap<i32, Vec<T>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
