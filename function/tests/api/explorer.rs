//! The explorer's files. That it works in a browser is tested in `tests/page`.

use std::collections::BTreeSet;

use crate::files::{File, get, zipped};
use crate::support::Api;

/// What of the function's zip the explorer may be.
const MOST_BYTES: usize = 40_000;

/// The explorer's files by their names, found as a browser finds them: what the page names, then what its scripts import.
async fn files(api: &Api) -> Vec<(String, File)> {
    let page = get(api, "/explorer/").await;
    let mut wanted = own(&page.text(), &["href=\"", "src=\""]);
    let mut found = vec![(String::new(), page)];
    let mut known = BTreeSet::new();
    while let Some(name) = wanted.pop_first() {
        if !known.insert(name.clone()) {
            continue;
        }
        let file = get(api, &format!("/explorer/{name}")).await;
        wanted.extend(own(&file.text(), &["from \"./"]));
        found.push((name, file));
    }
    found
}

/// What a text names behind one of these beginnings, and lies beside it.
fn own(text: &str, beginnings: &[&str]) -> BTreeSet<String> {
    beginnings
        .iter()
        .flat_map(|beginning| text.split(beginning).skip(1))
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .filter(|name| !name.starts_with(['#', '.']))
        .collect()
}

#[tokio::test]
async fn what_stands_before_the_explorer_leads_to_it_behind_any_prefix() {
    let api = Api::start().await;
    let answer = api.get("/explorer").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (307, Some("explorer/"))
    );
}

#[tokio::test]
async fn every_file_of_the_explorer_is_served_under_a_relative_link_and_together_they_are_light() {
    let api = Api::start().await;
    let files = files(&api).await;
    let lying = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/explorer")).unwrap();
    assert_eq!(files.len(), lying.count());
    let mut bytes = 0;
    for (name, file) in files {
        let content_type = match name.rsplit('.').next().unwrap() {
            "" => "text/html; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            other => panic!("{other}"),
        };
        assert_eq!(file.header("content-type"), content_type, "{name}");
        assert_eq!(file.header("cache-control"), "public, no-cache", "{name}");
        let elsewhere = file
            .text()
            .replace("http://www.w3.org/2000/svg", "")
            .contains("://");
        assert!(!elsewhere, "{name}");
        bytes += zipped(&file.bytes);
    }
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}

#[tokio::test]
async fn the_explorer_may_load_and_call_nothing_from_elsewhere_nor_make_markup() {
    let api = Api::start().await;
    for (name, file) in files(&api).await {
        let policy = file.header("content-security-policy").replace("; ", "\n");
        insta::allow_duplicates! {
            insta::assert_snapshot!(policy, @r"
            default-src 'self'
            base-uri 'none'
            form-action 'none'
            frame-ancestors 'none'
            object-src 'none'
            require-trusted-types-for 'script'
            trusted-types 'none'
            ");
        }
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(file.header("referrer-policy"), "no-referrer", "{name}");
    }
}
