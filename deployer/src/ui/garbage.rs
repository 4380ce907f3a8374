//! PURE: artifacts that nothing refers to, laid out with how that is known.

use super::paint;
use super::table::columns;
use super::text::count;
use super::text::size;
use crate::engine::Collected;
use crate::stack::garbage::{Garbage, Unreferenced};

/// What would be deleted, one object a line, and what all were held against.
pub(super) fn question(bucket: &str, garbage: &Garbage) -> String {
    let title = paint::strong(format!("To delete from {bucket}:"));
    let rows: Vec<Vec<String>> = garbage.objects.iter().map(row).collect();
    format!(
        "\n{title}\n{}  {}\n  {}",
        columns("  ", &rows),
        total(garbage),
        paint::faint(proof(garbage))
    )
}

fn row(object: &Unreferenced) -> Vec<String> {
    let last = match &object.last_release {
        Some(last) => format!("last in release {} of {}", last.id, last.stack),
        None => "in no release".to_owned(),
    };
    vec![
        paint::bad("-"),
        object.key.clone(),
        bytes(object.bytes),
        object.stored.strftime("of %Y-%m-%d").to_string(),
        paint::faint(last),
    ]
}

fn total(garbage: &Garbage) -> String {
    let objects = count(garbage.objects.len() as u64, "object");
    format!("{objects} to delete ({})", bytes(garbage.bytes()))
}

/// What all objects were held against.
fn proof(garbage: &Garbage) -> String {
    format!(
        "none is part of a kept release ({}), named by a stack's template ({}) or the code of a function ({})",
        garbage.releases, garbage.templates, garbage.code
    )
}

/// What came of it.
pub(super) fn collected(bucket: &str, collected: &Collected) -> String {
    let done = paint::good("✓");
    match collected {
        Collected::Nothing(garbage) => {
            let young = match garbage.young {
                0 => String::new(),
                young => format!(", too young to judge: {young}"),
            };
            let referenced = garbage.referenced;
            format!("{done} nothing to delete from {bucket}; referred to: {referenced}{young}")
        }
        Collected::WouldDelete(garbage) => format!("{}\nnothing was deleted", question(bucket, garbage)),
        Collected::Deleted(garbage) => {
            let objects = count(garbage.objects.len() as u64, "object");
            let size = bytes(garbage.bytes());
            format!(
                "{done} {objects} deleted from {bucket} ({size}); the bucket keeps old versions for a while"
            )
        }
    }
}

fn bytes(bytes: u64) -> String {
    size(usize::try_from(bytes).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::stack::garbage::LastRelease;

    fn garbage() -> Garbage {
        let object = |key: &str, last_release| Unreferenced {
            key: key.to_owned(),
            bytes: 2_900_000,
            stored: Timestamp::from_second(1_800_000_000).unwrap(),
            last_release,
        };
        let last = LastRelease {
            stack: "orders".to_owned(),
            id: "20270115T080000.042Z".parse().unwrap(),
        };
        Garbage {
            objects: vec![
                object("code/api/arm64/0123.zip", Some(last)),
                object("templates/orders/4567.json", None),
            ],
            referenced: 9,
            young: 1,
            releases: 10,
            templates: 1,
            code: 4,
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn each_object_is_listed_with_when_it_was_last_used_and_what_it_was_held_against() {
        insta::assert_snapshot!(plain(&question("artifacts", &garbage())), @"
        To delete from artifacts:
          -  code/api/arm64/0123.zip     2.9 MB  of 2027-01-15  last in release 20270115T080000.042Z of orders
          -  templates/orders/4567.json  2.9 MB  of 2027-01-15  in no release
          2 objects to delete (5.8 MB)
          none is part of a kept release (10), named by a stack's template (1) or the code of a function (4)
        ");
    }

    #[test]
    fn each_outcome_says_what_became_of_the_bucket() {
        let nothing = Garbage {
            objects: Vec::new(),
            ..garbage()
        };
        let told = [Collected::Nothing(nothing), Collected::Deleted(garbage())]
            .map(|outcome| plain(&collected("artifacts", &outcome)));
        insta::assert_snapshot!(told.join("\n"), @"
        ✓ nothing to delete from artifacts; referred to: 9, too young to judge: 1
        ✓ 2 objects deleted from artifacts (5.8 MB); the bucket keeps old versions for a while
        ");
    }
}
