//! PURE: what goes with a stack, laid out for whoever decides.

use cfn_deploy::{Deletion, LostMessages};

use super::flow::flowed;
use super::outcome::tables;
use super::paint;
use super::table::fitted;

/// What goes with a stack and what stays.
pub(super) fn deletion(deletion: &Deletion<'_>, width: Option<usize>) -> String {
    let Deletion {
        stack,
        goes,
        stays,
        stays_too,
        purges,
        lost,
    } = *deletion;
    let title = paint::strong(format!("To delete {stack}:"));
    let rows: Vec<Vec<String>> = goes
        .iter()
        .map(|(logical_id, kind)| {
            vec![
                paint::bad("-"),
                logical_id.clone(),
                paint::faint(kind.trim_start_matches("AWS::")),
            ]
        })
        .collect();
    let goes_a = |wanted: &str| goes.iter().any(|(_, kind)| kind == wanted);
    let notes = [
        goes_a("AWS::Lambda::Url").then(|| {
            format!(
                "{} the URL will not come back: a new stack gets another",
                paint::warn("!")
            )
        }),
        goes_a("AWS::SNS::Topic").then(|| {
            format!(
                "{} existing subscriptions are lost; subscribers must subscribe again",
                paint::warn("!")
            )
        }),
        (goes_a("AWS::DynamoDB::Table")).then(|| {
            let tables = goes.iter().filter(|(_, kind)| kind == "AWS::DynamoDB::Table");
            let names: Vec<&str> = tables.map(|(logical_id, _)| logical_id.as_str()).collect();
            format!(
                "{} the items of {} go with it",
                paint::warn("!"),
                names.join(", ")
            )
        }),
        (!lost.is_empty()).then(|| format!("{} {}", paint::warn("!"), messages(lost))),
        (!purges.is_empty()).then(|| format!("{} {} with all data", paint::bad("-"), tables(purges))),
        (!stays.is_empty()).then(|| format!("{} stays: {}", paint::good("="), tables(stays))),
        (!stays_too.is_empty()).then(|| {
            let names: Vec<&str> = stays_too
                .iter()
                .map(|(logical_id, _)| logical_id.as_str())
                .collect();
            format!("{} stays: {}", paint::good("="), names.join(", "))
        }),
        Some(format!("{} to delete", goes.len() + purges.len())),
    ];
    let notes: Vec<String> = notes
        .into_iter()
        .flatten()
        .map(|note| flowed(&format!("  {note}"), width).into_owned())
        .collect();
    format!(
        "\n{title}\n{}{}",
        fitted(width, "  ", &rows).concat(),
        notes.join("\n")
    )
}

/// The messages that are lost with their queues.
fn messages(lost: &[LostMessages]) -> String {
    let told = lost.iter().map(|lost| {
        let of = lost.dead_letters_of.as_ref();
        let of = of.map_or_else(String::new, |of| format!(", the dead letters of {of},"));
        match lost.messages {
            Some(1) => format!("1 message in {}{of} is lost", lost.queue),
            Some(messages) => format!("{messages} messages in {}{of} are lost", lost.queue),
            None => format!(
                "messages in {}{of} are lost, and could not be counted",
                lost.queue
            ),
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use cfn_deploy::KeptTable;

    use super::*;

    fn told(of: &Deletion<'_>) -> String {
        anstream::adapter::strip_str(&deletion(of, None)).to_string()
    }

    #[test]
    fn a_deletion_names_what_goes_what_stays_and_what_cannot_come_back() {
        let goes = [
            ("Url".to_owned(), "AWS::Lambda::Url".to_owned()),
            ("Updates".to_owned(), "AWS::SNS::Topic".to_owned()),
        ];
        let table = [KeptTable {
            name: "orders-events".to_owned(),
            items: 1,
        }];
        let lost = |queue: &str, of: Option<&str>, messages| LostMessages {
            queue: queue.to_owned(),
            dead_letters_of: of.map(str::to_owned),
            messages,
        };
        let keeps = Deletion {
            stack: "orders",
            goes: &goes,
            stays: &table,
            stays_too: &[("Archive".to_owned(), "AWS::S3::Bucket".to_owned())],
            purges: &[],
            lost: &[
                lost("DeadLetterQueue", Some("Queue"), Some(1)),
                lost("Queue", None, None),
            ],
        };
        insta::assert_snapshot!(told(&keeps), @"
        To delete orders:
          -  Url      Lambda::Url
          -  Updates  SNS::Topic
          ! the URL will not come back: a new stack gets another
          ! existing subscriptions are lost; subscribers must subscribe again
          ! 1 message in DeadLetterQueue, the dead letters of Queue, is lost; messages in Queue are lost, and could not be counted
          = stays: table orders-events (1 item)
          = stays: Archive
          2 to delete
        ");
        let purges = Deletion {
            stack: "orders",
            purges: &table,
            ..Deletion::default()
        };
        insta::assert_snapshot!(told(&purges), @"
        To delete orders:
          - table orders-events (1 item) with all data
          1 to delete
        ");
    }
}
