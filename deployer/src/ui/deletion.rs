//! PURE: what goes with a stack, laid out for whoever decides.

use cfn_deploy::KeptTable;

use super::outcome::tables;
use super::paint;
use super::table::fitted;

/// What goes with a stack and what stays.
pub(super) fn deletion(
    stack: &str,
    goes: &[(String, String)],
    stays: &[KeptTable],
    purges: &[KeptTable],
    width: Option<usize>,
) -> String {
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
        (!purges.is_empty()).then(|| format!("{} {} with all data", paint::bad("-"), tables(purges))),
        (!stays.is_empty()).then(|| format!("{} stays: {}", paint::good("="), tables(stays))),
        Some(format!("{} to delete", goes.len() + purges.len())),
    ];
    let notes: Vec<String> = notes
        .into_iter()
        .flatten()
        .map(|note| format!("  {note}"))
        .collect();
    format!(
        "\n{title}\n{}{}",
        fitted(width, "  ", &rows).concat(),
        notes.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(goes: &[(String, String)], stays: &[KeptTable], purges: &[KeptTable]) -> String {
        let told = deletion("orders", goes, stays, purges, None);
        anstream::adapter::strip_str(&told).to_string()
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
        insta::assert_snapshot!(told(&goes, &table, &[]), @"
        To delete orders:
          -  Url      Lambda::Url
          -  Updates  SNS::Topic
          ! the URL will not come back: a new stack gets another
          ! existing subscriptions are lost; subscribers must subscribe again
          = stays: table orders-events (1 item)
          2 to delete
        ");
        insta::assert_snapshot!(told(&[], &[], &table), @"
        To delete orders:
          - table orders-events (1 item) with all data
          1 to delete
        ");
    }
}
