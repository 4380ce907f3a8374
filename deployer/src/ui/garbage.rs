//! PURE: lays out unreferenced artifacts, with the evidence.

use cfn_deploy::Collected;
use cfn_deploy::stack::garbage::{Garbage, Kept, Unreferenced};

use super::flow::flowed;
use super::hashes::with_short_hashes;
use super::paint;
use super::table::{columns, fits};
use super::text::count;
use super::text::size;

/// The objects that would be deleted, one per line, and the references that were checked.
pub(super) fn question(bucket: &str, garbage: &Garbage, width: Option<usize>) -> String {
    let title = paint::strong(format!("To delete from {bucket}:"));
    format!(
        "\n{title}\n{}  {}\n  {}",
        listed(&garbage.objects, width),
        total(garbage),
        paint::faint(kept(&garbage.kept))
    )
}

/// One object per line. If that does not fit, the details of each are on a separate line below.
fn listed(objects: &[Unreferenced], width: Option<usize>) -> String {
    let rows: Vec<Vec<String>> = objects.iter().map(row).collect();
    let lines = columns("  ", &rows);
    if fits(&lines, width) {
        return lines;
    }
    let pairs = rows.iter().map(|row| {
        let (key, known) = row.split_at(2);
        let lines = format!("  {}\n     {}\n", key.join("  "), known.join("  "));
        flowed(&with_short_hashes(&lines), width).into_owned()
    });
    pairs.collect()
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

/// What stays, and why.
fn kept(kept: &Kept) -> String {
    let young = match kept.young {
        0 => String::new(),
        young => format!(", {young} too young"),
    };
    format!(
        "Kept: {} in recent releases, {} in templates, {} in functions{young}",
        kept.in_releases, kept.in_templates, kept.in_functions
    )
}

/// The outcome.
pub(super) fn collected(bucket: &str, collected: &Collected, width: Option<usize>) -> String {
    let done = paint::good("✓");
    match collected {
        Collected::Nothing(garbage) => {
            let kept = paint::faint(kept(&garbage.kept));
            format!("{done} nothing to delete from {bucket}\n  {kept}")
        }
        Collected::WouldDelete(garbage) => {
            format!("{}\nnothing was deleted", question(bucket, garbage, width))
        }
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
    use cfn_deploy::stack::garbage::LastRelease;

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
            kept: Kept {
                in_releases: 6,
                in_templates: 5,
                in_functions: 4,
                young: 1,
            },
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn each_object_is_listed_with_when_it_was_last_used_and_what_it_was_held_against() {
        insta::assert_snapshot!(plain(&question("artifacts", &garbage(), None)), @"
        To delete from artifacts:
          -  code/api/arm64/0123.zip     2.9 MB  of 2027-01-15  last in release 20270115T080000.042Z of orders
          -  templates/orders/4567.json  2.9 MB  of 2027-01-15  in no release
          2 objects to delete (5.8 MB)
          Kept: 6 in recent releases, 5 in templates, 4 in functions, 1 too young
        ");
    }

    #[test]
    fn where_a_line_is_too_long_all_objects_are_listed_in_the_same_way() {
        insta::assert_snapshot!(plain(&question("artifacts", &garbage(), Some(80))), @"
        To delete from artifacts:
          -  code/api/arm64/0123.zip
             2.9 MB  of 2027-01-15  last in release 20270115T080000.042Z of orders
          -  templates/orders/4567.json
             2.9 MB  of 2027-01-15  in no release
          2 objects to delete (5.8 MB)
          Kept: 6 in recent releases, 5 in templates, 4 in functions, 1 too young
        ");
    }

    #[test]
    fn each_outcome_says_what_became_of_the_bucket() {
        let nothing = Garbage {
            objects: Vec::new(),
            ..garbage()
        };
        let told = [Collected::Nothing(nothing), Collected::Deleted(garbage())]
            .map(|outcome| plain(&collected("artifacts", &outcome, None)));
        insta::assert_snapshot!(told.join("\n"), @"
        ✓ nothing to delete from artifacts
          Kept: 6 in recent releases, 5 in templates, 4 in functions, 1 too young
        ✓ 2 objects deleted from artifacts (5.8 MB); the bucket keeps old versions for a while
        ");
    }
}
