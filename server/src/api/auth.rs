//! Tokens, and who asks.

use axum::{Json, extract::State, http::StatusCode};
use runlens_contract::{
    ErrorBody,
    auth::{CreatedToken, Me, TokenRequest},
};
use runlens_domain::Platform;

use crate::{
    error::{ApiError, ApiResult},
    extract::{Asker, JsonBody},
};

/// Create a token
///
/// The token is shown this once. A token of the same name that has expired or was revoked is replaced. The scopes
/// `baselines:write`, `system:write` and `tokens:manage` are for admins.
#[utoipa::path(
    post, path = "/auth/tokens", tag = "auth", operation_id = "create_token", request_body = TokenRequest,
    responses(
        (status = CREATED, description = "The token", body = CreatedToken),
        (status = UNAUTHORIZED, description = "E-mail address or password is wrong", body = ErrorBody),
        (status = FORBIDDEN, description = "A scope is for admins", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The account has a token of this name that works", body = ErrorBody)
    ),
    security()
)]
pub(crate) async fn create_token(
    State(platform): State<Platform>,
    JsonBody(request): JsonBody<TokenRequest>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    Ok((StatusCode::CREATED, Json(platform.create_token(&request).await?)))
}

/// Get the caller
///
/// Whose token or cookie this is, and what it may do.
#[utoipa::path(
    get, path = "/auth/me", tag = "auth", operation_id = "get_me",
    responses((status = OK, description = "The caller", body = Me))
)]
pub(crate) async fn get_me(Asker(caller): Asker) -> ApiResult<Me> {
    Ok(Json(caller.me()))
}
