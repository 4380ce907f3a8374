//! PURE: a template that says of a table that it outlives its stack.

use std::fmt::Write as _;

use crate::stack::{BlueprintError, WantedTemplate};

/// The name of the table `logical_id`, and the template with its deletion policy `Retain`: what is to be imported must not go with a stack whose
/// creation fails. There is no such name where the template has no such table, or none with a name of its own.
///
/// # Errors
/// What is made of the template cannot be read.
pub(super) fn keeping(
    template: &WantedTemplate,
    logical_id: &str,
) -> Result<Option<(String, WantedTemplate)>, BlueprintError> {
    let mut tables = template.blueprint().tables.iter();
    let Some(table) = tables.find(|table| table.logical_id == logical_id) else {
        return Ok(None);
    };
    let mut changed = template.value().clone();
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        changed["Resources"][logical_id][policy] = "Retain".into();
    }
    let kept = WantedTemplate::read(ascii(&changed.to_string()))?;
    Ok(Some((table.name.clone(), kept)))
}

/// JSON of which every byte is ASCII: `GetTemplate` gives back no other letter.
fn ascii(json: &str) -> String {
    json.chars()
        .fold(String::with_capacity(json.len()), |mut text, letter| {
            if letter.is_ascii() {
                text.push(letter);
            } else {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
            text
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template() -> WantedTemplate {
        let text = json!({"Resources": {
            "Log": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete", "Properties": {
                "TableName": "log", "Tags": [{"Key": "of", "Value": "\u{fc}\u{1f600}"}]}},
            "Other": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete", "Properties": {"TableName": "other"}},
        }});
        WantedTemplate::read(text.to_string()).unwrap()
    }

    #[test]
    fn the_log_outlives_its_stack_and_all_else_is_as_it_was() {
        let (table, kept) = keeping(&template(), "Log").unwrap().unwrap();
        assert_eq!(table, "log");
        let mut wanted = template().value().clone();
        wanted["Resources"]["Log"]["DeletionPolicy"] = json!("Retain");
        wanted["Resources"]["Log"]["UpdateReplacePolicy"] = json!("Retain");
        assert_eq!(kept.value(), &wanted);
        assert!(kept.text().is_ascii(), "{}", kept.text());
    }

    #[test]
    fn a_table_that_is_not_there_is_none() {
        assert_eq!(keeping(&template(), "Gone").unwrap(), None);
    }
}
