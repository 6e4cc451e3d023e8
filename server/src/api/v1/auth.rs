//! Tokens and the caller.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use runlens_api_types::{
    ErrorBody, Page,
    auth::{CreatedToken, Me, Token, TokenQuery, TokenRequest},
};
use runlens_domain::{Services, access};

use crate::http::{
    error::{ApiError, ApiResult},
    extract::{CurrentCaller, JsonBody, ValidatedQuery},
    params::TokenId,
};

/// Create a token
///
/// The token is shown only in this response. It replaces an expired or revoked token of the same name. The scopes
/// `baselines:write`, `system:write` and `tokens:manage` are for admins.
#[utoipa::path(
    post, path = "/auth/tokens", tag = "auth", operation_id = "create_token", request_body = TokenRequest,
    responses(
        (status = CREATED, description = "The token", body = CreatedToken),
        (status = UNAUTHORIZED, description = "E-mail address or password is wrong", body = ErrorBody),
        (status = FORBIDDEN, description = "A requested scope is for admins only", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The account has an active token of this name", body = ErrorBody)
    ),
    security()
)]
pub(crate) async fn create_token(
    State(services): State<Services>,
    JsonBody(request): JsonBody<TokenRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let created = services.auth.create_token(&request).await?;
    Ok((
        StatusCode::CREATED,
        [(header::CACHE_CONTROL, "no-store")],
        Json(created),
    ))
}

/// List tokens
///
/// Tokens of the caller's account, newest first, including expired and revoked ones. A browser session needs no scope.
#[utoipa::path(
    get, path = "/auth/tokens", tag = "auth", operation_id = "list_tokens", params(TokenQuery),
    responses((status = OK, description = "A page of tokens", body = Page<Token>)),
    extensions(("x-required-scope" = json!(access::LIST_TOKENS)))
)]
pub(crate) async fn list_tokens(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<TokenQuery>,
) -> ApiResult<Page<Token>> {
    Ok(Json(services.auth.tokens(&caller, &query).await?))
}

/// Revoke the caller's token
///
/// The token of this request becomes invalid immediately.
#[utoipa::path(
    delete, path = "/auth/tokens/current", tag = "auth", operation_id = "revoke_current_token",
    responses(
        (status = NO_CONTENT, description = "The token is revoked"),
        (status = UNPROCESSABLE_ENTITY, description = "The request has a browser session instead of a token", body = ErrorBody)
    )
)]
pub(crate) async fn revoke_current_token(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
) -> Result<StatusCode, ApiError> {
    services.auth.revoke_current_token(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revoke a token
///
/// A token of the caller's account; it becomes invalid immediately. Needs no scope. Revoking it again has no effect.
#[utoipa::path(
    delete, path = "/auth/tokens/{token_id}", tag = "auth", operation_id = "revoke_token",
    params(TokenId),
    responses(
        (status = NO_CONTENT, description = "The token is revoked"),
        (status = NOT_FOUND, description = "The account has no such token", body = ErrorBody)
    )
)]
pub(crate) async fn revoke_token(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    TokenId(id): TokenId,
) -> Result<StatusCode, ApiError> {
    services.auth.revoke_token(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get the caller
///
/// The account and scopes of the token or cookie.
#[utoipa::path(
    get, path = "/auth/me", tag = "auth", operation_id = "get_me",
    responses((status = OK, description = "The caller", body = Me))
)]
pub(crate) async fn get_me(CurrentCaller(caller): CurrentCaller) -> ApiResult<Me> {
    Ok(Json(caller.me()))
}
