//! The interactive page and the explorer in a browser: the real router on DynamoDB in process, and a headless Chromium that clicks.
//!
//! Where there is no browser the tests are ignored, and say so; with `EVENT_STORE_BROWSER=required` they fail. A harness of
//! its own, because the standard one cannot ignore a test that it has begun.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod browser;
mod devtools;
mod explorer;
mod site;

#[allow(
    dead_code,
    unused_imports,
    reason = "each program of tests uses its part of it"
)]
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::{Value, json};

use browser::Browser;
use site::Site;

/// What Lambda's emulator puts before the paths of a function.
const PREFIX: &str = "/_aws/lambda-url/0fmsdgikjjhlci8abg6qte7cwchnumhh";

const NO_BROWSER: &str = "no browser: neither `CHROME` nor `PATH` leads to a Chromium";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if browser::find().is_none() {
        eprintln!(
            "\n*** The interactive page and the explorer are NOT tested: {NO_BROWSER}.\n\
             *** On Debian: apt-get install chromium\n"
        );
    }
    let mut trials = vec![
        trial("at_a_bare_host_the_page_creates_a_stream", |chromium| {
            the_page_creates_a_stream(chromium, "");
        }),
        trial("behind_a_path_prefix_the_page_creates_a_stream", |chromium| {
            the_page_creates_a_stream(chromium, PREFIX);
        }),
        trial(
            "the_page_fits_a_phone_and_is_as_dark_as_the_system",
            the_page_fits_a_phone_and_is_as_dark_as_the_system,
        ),
    ];
    trials.extend(explorer::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that needs a browser.
fn trial(name: &str, test: impl FnOnce(&Path) + Send + 'static) -> Trial {
    let is_required = std::env::var("EVENT_STORE_BROWSER").is_ok_and(|value| value == "required");
    Trial::ignorable_test(name, move || match browser::find() {
        Some(chromium) => {
            test(&chromium);
            Ok(Completion::Completed)
        }
        None if is_required => Err(Failed::from(NO_BROWSER)),
        None => Ok(Completion::ignored_with(NO_BROWSER)),
    })
}

fn the_page_creates_a_stream(chromium: &Path, prefix: &str) {
    let site = Site::start(prefix);
    let mut browser = Browser::start(chromium);
    browser.resize(1280, 2600);
    browser.open(&site.url);
    let operation = "#operations-Append-createStream";
    browser.wait_for(operation);
    assert_eq!(
        browser.evaluate("location.href"),
        json!(format!("{}openapi/", site.url))
    );

    browser.click(&format!("{operation} .opblock-summary-control"));
    browser.click(&format!("{operation} .try-out__btn"));
    browser.click(&format!("{operation} .execute"));
    let status = format!("{operation} .live-responses-table .response .response-col_status");
    browser.wait_for(&status);
    assert_eq!(browser.text_of(&status), "201", "{}", browser.text_of(operation));

    browser.screenshot(if prefix.is_empty() {
        "created"
    } else {
        "created-behind-a-prefix"
    });

    let called = format!("POST {}streams/order", site.url);
    assert!(browser.requests().contains(&called), "{:?}", browser.requests());
    let body: Value =
        serde_json::from_str(&browser.text_of(&format!("{operation} .live-responses-table code"))).unwrap();
    let id = body["stream"]["streamId"].as_str().unwrap();
    let details = site.get(&format!("/streams/order/{id}/details"));
    assert_eq!(details.json(), body);

    // Everything that it takes lies beside it, and nothing of it had to be refused.
    for request in browser.requests() {
        let (_, url) = request.split_once(' ').unwrap();
        assert!(
            url.starts_with(&site.url) || url.starts_with("data:"),
            "{request}"
        );
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn the_page_fits_a_phone_and_is_as_dark_as_the_system(chromium: &Path) {
    let site = Site::start("");
    let mut browser = Browser::start(chromium);
    browser.resize(400, 800);
    browser.prefer_dark();
    browser.open(&site.url);
    browser.wait_for("#operations-Append-createStream");
    browser.click("#operations-Append-createStream .opblock-summary-control");
    browser.wait_for("#operations-Append-createStream .try-out__btn");
    browser.screenshot("phone");
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth"), 400);
    assert_eq!(
        browser.evaluate("document.documentElement.classList.contains('dark-mode')"),
        true
    );
}
