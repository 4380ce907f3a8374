//! The interactive page at `/openapi/`: shows the API's document in a browser and lets readers try it out.
//!
//! It is Swagger UI, and loads nothing from other origins. All its links are relative, because a prefix of
//! which the function knows nothing may precede the store's paths (an emulator's, a reverse proxy's).

use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Redirect;
use axum::routing::{MethodRouter, get};

use super::asset::Asset;
use super::store::Store;

/// The routes of the page: its files, and the redirects to it.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Store>)> {
    let files = FILES.iter().map(|(path, file)| {
        (
            *path,
            get(async |asked: HeaderMap| (PROTECTION, file.respond(&asked))),
        )
    });
    // Both lead to the page, whatever prefix precedes them.
    let entrances = ["/", "/openapi"].map(|path| (path, get(async || Redirect::temporary("openapi/"))));
    entrances.into_iter().chain(files).collect()
}

/// Loads nothing from other origins, sends nothing there, and cannot be framed by others. Swagger UI's icons
/// are `data:` images.
const PROTECTION: [(HeaderName, &str); 2] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
];

const FILES: &[(&str, Asset)] = &[
    (
        "/openapi/",
        Asset::plain(
            "text/html; charset=utf-8",
            include_bytes!("../../page/index.html"),
        ),
    ),
    (
        "/openapi/page.css",
        Asset::plain("text/css; charset=utf-8", include_bytes!("../../page/page.css")),
    ),
    (
        "/openapi/page.js",
        Asset::plain(
            "text/javascript; charset=utf-8",
            include_bytes!("../../page/page.js"),
        ),
    ),
    (
        "/openapi/icon.svg",
        Asset::plain("image/svg+xml", include_bytes!("../../page/icon.svg")),
    ),
    (
        "/openapi/swagger-ui-5.35.0.css",
        Asset::compressed(
            "text/css; charset=utf-8",
            include_bytes!("../../page/vendor/swagger-ui-5.35.0.css.gz"),
        ),
    ),
    (
        "/openapi/swagger-ui-5.35.0.js",
        Asset::compressed(
            "text/javascript; charset=utf-8",
            include_bytes!("../../page/vendor/swagger-ui-5.35.0.js.gz"),
        ),
    ),
    // The script's first line names this path for its licences.
    (
        "/openapi/swagger-ui-bundle.js.LICENSE.txt",
        Asset::plain(
            "text/plain; charset=utf-8",
            include_bytes!("../../page/vendor/swagger-ui-bundle.js.LICENSE.txt"),
        ),
    ),
];
