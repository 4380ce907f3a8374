use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::stack::Release;
use crate::stack::release::testing::release;
use crate::stack::release::{StoredCode, StoredTemplate};

/// The SHA-256 of nothing, as keys and as Lambda spell it.
const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const CODE_SHA256: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

fn code() -> String {
    format!("code/api/arm64/{HASH}.zip")
}

fn template() -> String {
    format!("templates/orders/{HASH}.json")
}

fn object(key: &str, second: i64) -> StoredObject {
    StoredObject {
        key: key.into(),
        bytes: 100,
        stored: Timestamp::from_second(second).unwrap(),
    }
}

fn garbage(objects: &[StoredObject], evidence: &Evidence) -> Garbage {
    Garbage::among(objects, evidence, Timestamp::from_second(1_000).unwrap())
}

/// By how much an object is kept.
fn kept_by(kept: Kept) -> usize {
    kept.in_releases + kept.in_templates + kept.in_functions
}

fn keys(garbage: &Garbage) -> Vec<&str> {
    garbage.objects.iter().map(|object| object.key.as_str()).collect()
}

fn with(code_key: &str, template_key: &str) -> Release {
    Release {
        artifacts: vec![StoredCode {
            key: code_key.into(),
            code_sha256: String::new(),
        }],
        template: StoredTemplate {
            key: template_key.into(),
            sha256: String::new(),
        },
        ..release(2_000, "t")
    }
}

#[test]
fn what_nothing_refers_to_is_garbage() {
    let (code, template) = (code(), template());
    let found = garbage(&[object(&code, 1), object(&template, 2)], &Evidence::default());
    assert_eq!(keys(&found), [&code, &template]);
    assert_eq!(found.bytes(), 200);
}

#[test]
fn any_one_reference_keeps_an_object() {
    let kept = |release| Evidence {
        kept: BTreeMap::from([("orders".to_owned(), vec![release])]),
        ..Evidence::default()
    };
    let whole_key = format!(r#"{{"S3Key":"{}"}}"#, code());
    let every = [
        kept(with(&code(), "")),
        Evidence {
            templates: vec![String::new(), whole_key],
            ..Evidence::default()
        },
        Evidence {
            templates: vec![format!("S3Key: !Sub code/${{Binary}}/arm64/{HASH}.zip")],
            ..Evidence::default()
        },
        Evidence {
            code: BTreeSet::from([CODE_SHA256.to_owned()]),
            ..Evidence::default()
        },
    ];
    for evidence in &every {
        let found = garbage(&[object(&code(), 1)], evidence);
        assert_eq!((found.objects.len(), kept_by(found.kept)), (0, 1), "{evidence:?}");
    }
    let found = garbage(&[object(&template(), 1)], &kept(with("", &template())));
    assert_eq!((found.objects.len(), kept_by(found.kept)), (0, 1));
}

#[test]
fn what_only_older_releases_refer_to_says_in_which_it_was_last() {
    let evidence = Evidence {
        older: vec![with(&code(), ""), release(3_000, "t")],
        ..Evidence::default()
    };
    let found = garbage(&[object(&code(), 1)], &evidence);
    let last = found.objects[0].last_release.as_ref().unwrap();
    assert_eq!(
        (last.stack.as_str(), last.id.time().as_second()),
        ("orders", 2_000)
    );
}

#[test]
fn what_is_young_may_belong_to_something_under_way() {
    let found = garbage(
        &[object(&code(), 999), object(&template(), 1_000)],
        &Evidence::default(),
    );
    assert_eq!(keys(&found), [&code()]);
    assert_eq!(found.kept.young, 1);
}

#[test]
fn records_and_what_is_not_the_deployers_are_never_garbage() {
    let objects = [
        "releases/orders/20270115T080000.042Z.json",
        "code/notes.txt",
        "backup.zip",
    ]
    .map(|key| object(key, 1));
    let found = garbage(&objects, &Evidence::default());
    assert_eq!((found.objects.len(), found.kept), (0, Kept::default()));
}

#[test]
fn what_somebody_began_to_use_meanwhile_is_no_longer_garbage() {
    let both = garbage(
        &[object(&code(), 1), object(&template(), 2)],
        &Evidence::default(),
    );
    let one = garbage(&[object(&code(), 1)], &Evidence::default());
    assert_eq!(keys(&both.still(&one)), [&code()]);
}
