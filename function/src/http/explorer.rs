//! The explorer at `/explorer/`: shows the content of the store in a browser.
//!
//! Its files are handwritten and served unchanged; there is no build step. It only reads, through the API.
//! All its links are relative, like those of the [page](super::page).

use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Redirect;
use axum::routing::{MethodRouter, get};

use super::asset::Asset;
use super::store::Store;

/// The routes of the explorer: its files, and the redirect to it.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Store>)> {
    let files = FILES.iter().map(|(path, file)| {
        (
            *path,
            get(async |asked: HeaderMap| (PROTECTION, file.respond(&asked))),
        )
    });
    let entrance = ("/explorer", get(async || Redirect::temporary("explorer/")));
    [entrance].into_iter().chain(files).collect()
}

/// Loads nothing from other origins, sends nothing there, and cannot be framed by others. Text never becomes
/// markup, whatever a script does (<https://w3c.github.io/trusted-types/dist/spec/>), because the content
/// comes from users.
const PROTECTION: [(HeaderName, &str); 2] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
];

const FILES: &[(&str, Asset)] = &[
    (
        "/explorer/",
        Asset::plain(
            "text/html; charset=utf-8",
            include_bytes!("../../explorer/index.html"),
        ),
    ),
    (
        "/explorer/explorer.css",
        Asset::plain(
            "text/css; charset=utf-8",
            include_bytes!("../../explorer/explorer.css"),
        ),
    ),
    (
        "/explorer/api.js",
        script(include_bytes!("../../explorer/api.js")),
    ),
    (
        "/explorer/cause.js",
        script(include_bytes!("../../explorer/cause.js")),
    ),
    (
        "/explorer/compare.js",
        script(include_bytes!("../../explorer/compare.js")),
    ),
    (
        "/explorer/difference.js",
        script(include_bytes!("../../explorer/difference.js")),
    ),
    (
        "/explorer/dom.js",
        script(include_bytes!("../../explorer/dom.js")),
    ),
    (
        "/explorer/event.js",
        script(include_bytes!("../../explorer/event.js")),
    ),
    (
        "/explorer/explorer.js",
        script(include_bytes!("../../explorer/explorer.js")),
    ),
    (
        "/explorer/json.js",
        script(include_bytes!("../../explorer/json.js")),
    ),
    (
        "/explorer/latest.js",
        script(include_bytes!("../../explorer/latest.js")),
    ),
    (
        "/explorer/live.js",
        script(include_bytes!("../../explorer/live.js")),
    ),
    (
        "/explorer/now.js",
        script(include_bytes!("../../explorer/now.js")),
    ),
    (
        "/explorer/payload.js",
        script(include_bytes!("../../explorer/payload.js")),
    ),
    (
        "/explorer/places.js",
        script(include_bytes!("../../explorer/places.js")),
    ),
    (
        "/explorer/seen.js",
        script(include_bytes!("../../explorer/seen.js")),
    ),
    (
        "/explorer/sparkline.js",
        script(include_bytes!("../../explorer/sparkline.js")),
    ),
    (
        "/explorer/stream.js",
        script(include_bytes!("../../explorer/stream.js")),
    ),
    (
        "/explorer/streams.js",
        script(include_bytes!("../../explorer/streams.js")),
    ),
    (
        "/explorer/time.js",
        script(include_bytes!("../../explorer/time.js")),
    ),
    (
        "/explorer/types.js",
        script(include_bytes!("../../explorer/types.js")),
    ),
    (
        "/explorer/views.js",
        script(include_bytes!("../../explorer/views.js")),
    ),
];

const fn script(bytes: &'static [u8]) -> Asset {
    Asset::plain("text/javascript; charset=utf-8", bytes)
}
