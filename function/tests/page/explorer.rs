//! The explorer in a browser.

use std::path::Path;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::site::Site;
use crate::{PREFIX, trial};

const ORDER: &str = "2886e475-d5cc-40f7-aec5-401071388b3c";
const INVOICE: &str = "63d76d59-dde0-46f1-bf00-4671d4a7fd99";
const PLACED: &str = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "the_explorer_leads_from_what_happens_to_its_stream_and_back",
            |chromium| {
                it_leads_from_what_happens_to_its_stream_and_back(chromium, "");
            },
        ),
        trial("behind_a_path_prefix_the_explorer_leads_as_well", |chromium| {
            it_leads_from_what_happens_to_its_stream_and_back(chromium, PREFIX);
        }),
        trial(
            "where_the_feed_is_pushed_the_explorer_shows_what_comes",
            |chromium| {
                it_shows_what_comes(chromium, &Site::streaming(), "live");
            },
        ),
        trial(
            "where_the_feed_is_only_answered_the_explorer_asks_again",
            |chromium| {
                it_shows_what_comes(chromium, &Site::start(""), "polling");
            },
        ),
        trial(
            "the_explorer_pages_through_ten_thousand_events",
            it_pages_through_ten_thousand_events,
        ),
        trial(
            "the_explorer_shows_hostile_texts_as_texts",
            it_shows_hostile_texts_as_texts,
        ),
        trial(
            "the_explorer_finds_causes_and_effects",
            it_finds_causes_and_effects,
        ),
        trial("the_explorer_is_used_by_keys_alone", it_is_used_by_keys_alone),
        trial("the_explorer_says_what_is_not_there", it_says_what_is_not_there),
        trial(
            "the_explorer_fits_a_phone_and_is_as_dark_as_the_system",
            it_fits_a_phone_and_is_dark,
        ),
    ]
}

fn event(event_type: &str, payload: impl Into<Value>) -> Value {
    let payload: Value = payload.into();
    json!({"eventType": event_type, "payload": payload})
}

/// A browser at a place of the explorer.
fn browser_at(chromium: &Path, site: &Site, place: &str) -> Browser {
    let mut browser = Browser::start(chromium);
    browser.resize(1280, 800);
    browser.open(&format!("{}explorer/{place}", site.url));
    browser
}

/// Goes to another place of the explorer, as a link does.
fn go(browser: &mut Browser, place: &str) {
    browser.evaluate(&format!("void (location.hash = {})", json!(place)));
}

/// Nothing was refused to the page, and it did nothing but read the store that it belongs to.
fn behaved(browser: &Browser, site: &Site) {
    for request in browser.requests() {
        assert!(request.starts_with(&format!("GET {}", site.url)), "{request}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn it_leads_from_what_happens_to_its_stream_and_back(chromium: &Path, prefix: &str) {
    let site = Site::start(prefix);
    site.append(
        "order",
        ORDER,
        &[event(
            "order-placed",
            json!({"total": 42, "lines": [{"sku": "A-1", "count": 2}]}),
        )],
    );
    site.append(
        "order",
        ORDER,
        &[event(
            "order-changed",
            json!({"total": 40, "lines": [{"sku": "A-1", "count": 2}]}),
        )],
    );
    site.append(
        "invoice",
        INVOICE,
        &[event("invoice-sent", json!({"to": "ada@example.org"}))],
    );
    let mut browser = browser_at(chromium, &site, "");

    // Newest first.
    browser.wait_until("document.querySelectorAll('.event').length === 3");
    assert_eq!(browser.text_of(".event:first-child .type"), "invoice-sent");
    browser.click(".event:nth-child(2) .line");
    assert_eq!(browser.text_of(".event:nth-child(2) .panel .number"), "40");

    browser.click(".event:nth-child(2) .of");
    browser.wait_for(".timeline .chosen .panel .json");
    assert_eq!(browser.text_of("h1"), format!("order/{ORDER}"));
    assert_eq!(
        browser.evaluate("location.hash"),
        json!(format!("#/streams/order/{ORDER}?at=2"))
    );

    browser.click(".chosen .actions a");
    browser.wait_for(".difference .come");
    let lines = "[...document.querySelectorAll('.difference .gone, .difference .come')].map((line) => line.textContent)";
    assert_eq!(
        browser.evaluate(lines),
        json!(["−removed:   \"total\": 42", "+added:   \"total\": 40"])
    );

    browser.click(".trail a:nth-of-type(2)");
    browser.wait_for(".streams tbody a");
    assert_eq!(browser.text_of(".streams tbody a"), ORDER);
    browser.click(".trail a");
    browser.wait_until("document.querySelectorAll('.card').length === 2");
    browser.wait_until("document.querySelector('.card').textContent.includes('1 stream')");
    browser.screenshot("explorer-types");
    browser.evaluate("history.back()");
    browser.wait_for(".streams tbody a");

    // A filter is part of the address.
    go(&mut browser, "#/now?stream-type=order&event-type=order-placed");
    browser.wait_until("document.querySelectorAll('.event').length === 1");
    assert_eq!(browser.text_of(".event .type"), "order-placed");
    assert_eq!(
        browser.evaluate("document.querySelector('select').value"),
        "order"
    );
    behaved(&browser, &site);
}

fn it_shows_what_comes(chromium: &Path, site: &Site, state: &str) {
    let mut browser = browser_at(chromium, site, "");
    browser.wait_for(&format!(".state[data-state={state}]"));
    assert!(browser.text_of(".empty").starts_with("Nothing has happened yet"));
    site.append(
        "order",
        ORDER,
        &[event("order-placed", json!(1)), event("order-paid", json!(2))],
    );
    browser.wait_until("document.querySelectorAll('.event').length === 2");
    assert_eq!(browser.text_of(".event:first-child .type"), "order-paid");
    browser.wait_until("document.querySelector('.rate').textContent.startsWith('2 events')");

    // What is being read stays where it is.
    browser.click(".event:last-child .line");
    site.append("order", ORDER, &[event("order-sent", json!(3))]);
    browser.wait_until("document.querySelector('.news').textContent === 'Show 1 new event'");
    assert_eq!(browser.evaluate("document.querySelectorAll('.event').length"), 2);
    browser.click(".news");
    browser.wait_until("document.querySelectorAll('.event').length === 3");
    browser.click(".event:last-child .line");

    browser.click("#pause");
    site.append("order", ORDER, &[event("order-returned", json!(4))]);
    browser.wait_until("!document.querySelector('.news').hidden");
    browser.click("#pause");
    browser.wait_until("document.querySelectorAll('.event').length === 4");
    let asked = browser
        .requests()
        .iter()
        .filter(|request| request.contains("/feed?"))
        .count();
    assert_eq!(state == "live", asked <= 3, "{asked} requests");
    behaved(&browser, site);
}

fn it_pages_through_ten_thousand_events(chromium: &Path) {
    let site = Site::start("");
    for part in 0..100 {
        let events: Vec<Value> = (1..=100)
            .map(|place| event("counted", json!(part * 100 + place)))
            .collect();
        site.append("meter", ORDER, &events);
    }
    let mut browser = browser_at(chromium, &site, &format!("#/streams/meter/{ORDER}"));
    let shown = |browser: &mut Browser| {
        browser.wait_for(".timeline .event");
        let revisions = "[...document.querySelectorAll('.event .at')].map((at) => at.textContent)";
        let revisions = browser.evaluate(revisions);
        let revisions = revisions.as_array().unwrap();
        let number = |at: Option<&Value>| -> u64 { at.unwrap().as_str().unwrap().parse().unwrap() };
        (
            number(revisions.first()),
            number(revisions.last()),
            revisions.len(),
        )
    };
    assert_eq!(shown(&mut browser), (10_000, 9_951, 50));
    assert!(browser.text_of(".lead").starts_with("10,000 events"));
    go(&mut browser, &format!("#/streams/meter/{ORDER}?before=9951"));
    browser.wait_until("document.querySelector('.pages')?.textContent.includes('9,901 – 9,950')");
    assert_eq!(shown(&mut browser), (9_950, 9_901, 50));
    browser.evaluate("document.querySelector('.pages input').value = '5000'");
    browser.click(".pages form button");
    browser.wait_for(".chosen");
    assert_eq!(shown(&mut browser), (5_024, 4_975, 50));
    assert_eq!(browser.text_of(".chosen .panel .number"), "5000");
    go(&mut browser, &format!("#/streams/meter/{ORDER}?before=51"));
    browser.wait_until("document.querySelector('.pages')?.textContent.includes('1 – 50 of')");
    assert_eq!(shown(&mut browser), (50, 1, 50));
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.pages [aria-disabled]').length"),
        4
    );

    // The feed has as much, and only the newest of it are kept on the page.
    go(&mut browser, "#/now");
    browser.wait_for(".state[data-state=polling]");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.event').length"),
        300
    );
    assert_eq!(browser.text_of(".event:first-child .preview"), "10000");
    behaved(&browser, &site);
}

fn it_shows_hostile_texts_as_texts(chromium: &Path) {
    let site = Site::start("");
    let hostile = "<img src=x onerror=\"window.hacked=1\">";
    let nested = format!("{}1{}", "[".repeat(90), "]".repeat(90));
    let payload = json!({
        "<script>window.hacked=1</script>": "</script><script>window.hacked=1</script>",
        "turned": "a\u{202e}gpj.exe",
        "nothing": "a\u{0}b\u{200b}",
        "nested": serde_json::from_str::<Value>(&nested).unwrap(),
        "long": "x".repeat(5_000),
    });
    let exact = r#"{"b":1,"a":12345678901234567890.10,"a":1E+300,"1":"\u00e9"}"#;
    let mut odd = event(hostile, payload);
    odd["metadata"] = json!({"<b>": hostile, "causationId": "'><script>window.hacked=1</script>"});
    site.append("a.b~c:d", ORDER, &[odd]);
    site.append(
        "a.b~c:d",
        ORDER,
        &[format!(r#"{{"eventType":"exact","payload":{exact}}}"#)],
    );

    let mut browser = browser_at(chromium, &site, &format!("#/streams/a.b~c:d/{ORDER}?at=1"));
    browser.wait_for(".chosen .panel .json");
    assert_eq!(browser.text_of(".chosen .line .type"), hostile);
    let panel = browser.text_of(".chosen .panel");
    for text in [
        "\"<script>window.hacked=1</script>\": \"</script><script>window.hacked=1</script>\"",
        "\"a\\u202egpj.exe\"",
        "… all 5,002 characters",
        "'><script>window.hacked=1</script>",
    ] {
        assert!(panel.contains(text), "{text} in {panel}");
    }
    browser.screenshot("explorer-hostile");
    browser.click(".event:first-child .line");
    let shown = browser.text_of(".event:first-child .panel .json");
    for text in [
        "\"a\": 12345678901234567890.10",
        "\"a\": 1E+300",
        "\"1\": \"\\u00e9\"",
    ] {
        assert!(shown.contains(text), "{text} in {shown}");
    }

    for place in [
        "#/now".to_owned(),
        format!("#/compare/a.b~c:d/{ORDER}/1/2"),
        "#/cause/%3Cimg%20src=x%20onerror=alert(1)%3E".to_owned(),
        "#/types/%3Cimg%20src=x%20onerror=alert(1)%3E".to_owned(),
        "#/%3Cscript%3E".to_owned(),
        "#/%".to_owned(),
    ] {
        go(&mut browser, &place);
        browser.wait_for("main .event, main .difference, main .empty, main .failure");
        assert_eq!(
            browser.evaluate("document.querySelectorAll('main img, main script, main b').length"),
            0,
            "{place}"
        );
    }
    assert_eq!(browser.evaluate("'hacked' in window"), false);
    // The page's policy forbids what would have made markup of them.
    let made = "(() => { try { document.body.innerHTML = 'x'; return 'made' } catch (refused) { return refused.name } })()";
    assert_eq!(browser.evaluate(made), "TypeError");
}

fn it_finds_causes_and_effects(chromium: &Path) {
    let site = Site::start("");
    let mut placed = event("order-placed", json!({"total": 42}));
    placed["eventId"] = json!(PLACED);
    site.append("order", ORDER, &[placed]);
    let mut sent = event("invoice-sent", json!({"total": 42}));
    sent["metadata"] = json!({"causationId": PLACED, "correlationId": PLACED});
    site.append("invoice", INVOICE, &[sent]);

    // Neither of them was met before: they are searched for.
    let mut browser = browser_at(chromium, &site, &format!("#/streams/invoice/{INVOICE}?at=1"));
    let cause = format!(".chosen .facts a[href='#/cause/{PLACED}']");
    browser.click(&cause);
    browser.wait_until(&format!("location.hash === '#/streams/order/{ORDER}?at=1'"));
    browser.wait_for(".chosen .facts");
    browser.click(&format!(".chosen .facts a[href='#/effects/{PLACED}']"));
    assert!(browser.text_of(".effects li").starts_with("invoice-sent"));
    browser.click(".effects a");
    browser.wait_until(&format!("location.hash === '#/streams/invoice/{INVOICE}?at=1'"));

    go(&mut browser, &format!("#/cause/{INVOICE}"));
    assert!(browser.text_of(".empty").starts_with("No event has this id"));
    behaved(&browser, &site);
}

fn it_is_used_by_keys_alone(chromium: &Path) {
    let site = Site::start("");
    site.append(
        "order",
        ORDER,
        &[
            event("order-placed", json!({"total": 42})),
            event("order-paid", json!({})),
        ],
    );
    let mut browser = browser_at(chromium, &site, "");
    browser.wait_for(".event");
    browser.press("Tab");
    assert_eq!(browser.text_of(":focus"), "Skip to content");
    browser.press("Enter");
    assert_eq!(browser.evaluate("document.activeElement.id"), "view");

    browser.press("j");
    browser.press("j");
    browser.press("Enter");
    assert_eq!(
        browser.evaluate("document.activeElement.getAttribute('aria-expanded')"),
        "true"
    );
    browser.press("Tab");
    browser.press("Enter");
    browser.wait_for(".timeline .chosen .line:focus");

    browser.press("/");
    browser.write(&format!("order/{ORDER}@2"));
    browser.press("Enter");
    browser.wait_until(&format!("location.hash === '#/streams/order/{ORDER}?at=2'"));
    browser.wait_for(".chosen .line:focus");
    assert_eq!(browser.text_of(".chosen .line .type"), "order-paid");

    browser.press("t");
    browser.wait_for("h1:focus");
    assert_eq!(browser.text_of("h1"), "Streams");
    browser.wait_for(".card");
    browser.press("j");
    browser.press("Enter");
    browser.wait_for(".streams tbody a");
    browser.press("?");
    browser.wait_for("dialog[open]");
    browser.press("Enter");
    browser.wait_for("dialog:not([open])");
    browser.press("n");
    browser.wait_for(".state");
    browser.press("p");
    browser.wait_for("#pause[aria-pressed=true]");

    // Whatever takes the focus has a name.
    let nameless = "[...document.querySelectorAll('a, button, input, select')].filter((element) =>
        !(element.textContent.trim() || element.getAttribute('aria-label') || element.labels?.length || element.hidden)).length";
    assert_eq!(browser.evaluate(nameless), 0);
    behaved(&browser, &site);
}

fn it_says_what_is_not_there(chromium: &Path) {
    let site = Site::start("");
    let mut browser = browser_at(chromium, &site, &format!("#/streams/order/{ORDER}"));
    assert!(browser.text_of(".failure").contains("404"));
    for (place, said) in [
        ("#/types", "No streams yet"),
        ("#/types/order", "No streams of this type"),
        ("#/nowhere", "There is nothing here"),
    ] {
        go(&mut browser, place);
        browser.wait_until(&format!(
            "document.querySelector('.empty')?.textContent.startsWith('{said}')"
        ));
    }
    for (place, said) in [
        ("#/types/a%20b", "streamType"),
        ("#/streams/order/no-id", "streamId"),
        ("#/now?stream-type=a%20b", "stream-type"),
    ] {
        go(&mut browser, place);
        browser.wait_until(&format!(
            "document.querySelector('.failure')?.textContent.includes('{said}')"
        ));
    }
}

fn it_fits_a_phone_and_is_dark(chromium: &Path) {
    let site = Site::start("");
    site.append(
        "order",
        ORDER,
        &[event("order-placed", json!({"total": 42, "of": "x".repeat(300)}))],
    );
    let mut browser = Browser::start(chromium);
    browser.resize(400, 800);
    browser.prefer_dark();
    for place in [
        "#/now".to_owned(),
        "#/types".to_owned(),
        "#/types/order".to_owned(),
        format!("#/streams/order/{ORDER}?at=1"),
        format!("#/compare/order/{ORDER}/1/1"),
    ] {
        browser.open(&format!("{}explorer/{place}", site.url));
        browser.wait_for("main .event, main .card, main .streams, main .difference");
        assert_eq!(
            browser.evaluate("document.documentElement.scrollWidth"),
            400,
            "{place}"
        );
        assert_eq!(
            browser.evaluate("getComputedStyle(document.body).backgroundColor"),
            "rgb(20, 23, 26)"
        );
        browser.screenshot(&format!("explorer-phone-{}", place.split('/').nth(1).unwrap()));
    }
}
