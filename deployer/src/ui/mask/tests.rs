use proptest::prelude::*;
use serde_json::json;

use super::*;

const ACCOUNT_ID: &str = "222222222222";
const CALLER: &str = "arn:aws:iam::222222222222:role/orders/writer+x@y";
const URL: &str = "https://abcdefghij0123456789.example.org/";

fn mask(text: &str) -> String {
    Mask::default().text(text)
}

fn knowing() -> Mask {
    let mut mask = Mask::default();
    for known in [ACCOUNT_ID, CALLER, URL] {
        mask.know(known);
    }
    mask
}

#[test]
fn account_ids_are_masked_wherever_they_stand() {
    for (plain, masked) in [
        ("account 123456789012", "account ************"),
        (
            "event-store-artifacts-123456789012-eu-central-1",
            "event-store-artifacts-************-eu-central-1",
        ),
        ("`123456789012`.", "`************`."),
        ("\u{1b}[1m123456789012\u{1b}[0m", "\u{1b}[1m************\u{1b}[0m"),
        (r#"{"account":"123456789012"}"#, r#"{"account":"************"}"#),
        (
            "sns/eu-central-1/123456789012/orders",
            "sns/eu-central-1/************/orders",
        ),
        (r#"{"a":"x\n123456789012\ty"}"#, r#"{"a":"x\n************\ty"}"#),
        (r#"{"a":"\u001b123456789012"}"#, r#"{"a":"\u001b************"}"#),
        ("x123456789012y", "x************y"),
        ("%3A123456789012%3A", "%3A************%3A"),
        (
            "MayCallarnawsiam123456789012rolea",
            "MayCallarnawsiam************rolea",
        ),
    ] {
        assert_eq!(mask(plain), masked);
    }
}

#[test]
fn of_an_arn_the_service_stays() {
    for (plain, masked) in [
        ("arn:aws:iam::123456789012:role/orders", "arn:aws:iam:***"),
        (
            "is arn:aws:sns:eu-central-1:123456789012:a.",
            "is arn:aws:sns:***.",
        ),
        (
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:a:$LATEST",
            "arn:aws-cn:lambda:***",
        ),
        (
            "[arn:aws:s3:::a, arn:aws:s3:::b]",
            "[arn:aws:s3:***, arn:aws:s3:***]",
        ),
        (r#"{"arn":"arn:aws:s3:::a/*"}"#, r#"{"arn":"arn:aws:s3:***"}"#),
        (
            "\u{1b}[36marn:aws:s3:::a\u{1b}[39m",
            "\u{1b}[36marn:aws:s3:***\u{1b}[39m",
        ),
        (
            "?stackId=arn%3Aaws%3Acloudformation%3Aeu-central-1%3A123456789012%3Astack%2Forders%2F1&x",
            "?stackId=arn%3Aaws%3Acloudformation%3A***&x",
        ),
    ] {
        assert_eq!(mask(plain), masked);
    }
}

#[test]
fn a_function_url_has_no_name() {
    assert_eq!(
        mask("EsUrl https://abc0def1.lambda-url.eu-central-1.on.aws/streams"),
        "EsUrl https://***.lambda-url.eu-central-1.on.aws/streams"
    );
}

#[test]
fn what_is_neither_stays() {
    for text in [
        "12345678901 and 1234567890123",
        "code/api/0a123456789012b.zip",
        r#"{"bytes":123456789012,"items": 123456789012}"#,
        "arn:${AWS::Partition}:iam::aws:policy/x is no arn:aws",
        "zwölf 12 é",
        "100% sure, \\ or not",
        "",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn masking_twice_changes_nothing_more() {
    let text = "arn:aws:iam::123456789012:role/a, 123456789012, 12, https://abc.lambda-url.x/";
    assert_eq!(mask(&mask(text)), mask(text));
}

#[test]
fn names_of_members_stay_apart_and_a_known_number_is_hidden() {
    let mut mask = knowing();
    mask.know("arn:aws:iam::333333333333:role/other");
    let value = json!({
        "MayCallarnawsiam222222222222roleorderswriterxy": 1,
        "MayCallarnawsiam333333333333roleother": 2,
        "account": 222_222_222_222_u64,
        "items": 123_456_789_012_u64,
        "444444444444": 3, "555555555555": 4,
    });
    assert_eq!(
        mask.value(&value).to_string(),
        r#"{"************":3,"*************":4,"MayCall***1":1,"MayCall***3":2,"account":"************","items":123456789012}"#
    );
    let printed = mask.text(r#"{"account":222222222222}"#);
    assert_eq!(printed, r#"{"account":"************"}"#);
}

/// The forms in which what is known travels.
fn forms(known: &str) -> Vec<String> {
    let encoded = |upper: bool, of: &dyn Fn(char) -> bool| -> String {
        known
            .chars()
            .map(|letter| match (of(letter), upper) {
                (true, true) => format!("%{:02X}", u32::from(letter)),
                (true, false) => format!("%{:02x}", u32::from(letter)),
                (false, _) => letter.to_string(),
            })
            .collect()
    };
    let is_mark = |letter: char| !letter.is_ascii_alphanumeric();
    let only = |kept: &str| -> String {
        known
            .chars()
            .filter_map(|letter| match (is_mark(letter), kept) {
                (false, _) => Some(letter.to_string()),
                (true, "") => None,
                (true, kept) => Some(kept.to_owned()),
            })
            .collect()
    };
    vec![
        known.to_owned(),
        known.to_uppercase(),
        encoded(true, &is_mark),
        encoded(false, &|letter| is_mark(letter) && letter != '/'),
        only(""),
        only("-"),
        only("_"),
        only("\\u003a"),
    ]
}

proptest! {
    #[test]
    fn nothing_known_is_shown_in_any_form_whatever_is_around_it(
        known in prop::sample::select(vec![ACCOUNT_ID, CALLER, URL, "2222-2222-2222"]),
        form in any::<prop::sample::Index>(),
        before in "[a-z0-9A-F:/%\\\\.\" é\u{1b}\n\t-]{0,12}",
        after in "[a-z0-9A-F:/%\\\\.\" é\u{1b}\n\t-]{0,12}",
    ) {
        let forms = forms(known);
        let form = &forms[form.index(forms.len())];
        let text = format!("{before}{form}{after}");
        let mask = knowing();
        let secret = |shown: &str| shown.contains(ACCOUNT_ID) || shown.contains(form.as_str());
        let shown = mask.text(&super::super::escape::escape(&text));
        prop_assert!(!secret(&shown), "{shown}");
        let value = json!({"text": text, text.as_str(): [text]});
        let shown = mask.value(&value).to_string();
        prop_assert!(!secret(&shown), "{shown}");
        // A text that holds JSON is masked, too, and stays JSON.
        let shown = mask.text(&value.to_string());
        prop_assert!(!secret(&shown), "{shown}");
        prop_assert!(serde_json::from_str::<Value>(&shown).is_ok(), "{shown}");
    }
}
