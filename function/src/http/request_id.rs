//! The id of a request.

use axum::extract::Request;
use uuid::Uuid;

use super::function_url::InvocationId;

/// The maximum length of an id from the caller.
const MAX_LENGTH: usize = 128;

/// The id of `request`. On Lambda it is the invocation's, so that the response leads to the log. Elsewhere it
/// is the caller's, if it is safe to log, or else a new one.
pub(super) fn of(request: &Request) -> String {
    if let Some(InvocationId(id)) = request.extensions().get() {
        return id.clone();
    }
    let given = request
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok());
    match given {
        Some(given) if is_well_formed(given) => given.into(),
        _ => Uuid::now_v7().to_string(),
    }
}

/// Whether an id consists of 1–128 letters, digits, `.`, `_`, `:` or `-`.
fn is_well_formed(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn id_of(given: &str) -> String {
        of(&Request::builder()
            .header("x-request-id", given)
            .body(Body::empty())
            .unwrap())
    }

    #[test]
    fn a_well_formed_id_of_the_caller_is_kept() {
        assert_eq!(id_of("a-B.7:x_1"), "a-B.7:x_1");
        assert_eq!(id_of(&"x".repeat(128)), "x".repeat(128));
    }

    #[test]
    fn any_other_is_replaced() {
        for given in ["", "a b", "a\"b", &"x".repeat(129)] {
            assert!(Uuid::try_parse(&id_of(given)).is_ok(), "{given:?}");
        }
    }

    #[test]
    fn the_id_of_the_invocation_comes_first() {
        let mut request = Request::builder()
            .header("x-request-id", "mine")
            .body(Body::empty())
            .unwrap();
        request.extensions_mut().insert(InvocationId("invocation".into()));
        assert_eq!(of(&request), "invocation");
    }
}
