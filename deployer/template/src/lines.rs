//! PURE: finds the line of a template that declares a resource.

use crate::yaml::{self, Node};

/// The prefix of a loop's key among the resources.
const LOOP: &str = "Fn::ForEach::";

/// Finds the line in which a template declares a resource, counted from 1. For a resource that a loop makes, it is
/// the loop's line.
///
/// `None` if the text is not a template or declares no such resource. The line only helps the reader; a missing one
/// is never an error.
pub fn line_of(text: &str, logical_id: &str) -> Option<usize> {
    let root = yaml::parse("", text).ok()?;
    let resources = root.get("Resources")?.as_mapping()?;
    let declared = resources.iter().find(|entry| entry.key == logical_id);
    let declared = declared.map(|entry| entry.at);
    let looped = || {
        let mut loops = resources.iter().filter(|entry| entry.key.starts_with(LOOP));
        loops.find_map(|entry| {
            let made = entry.value.as_sequence()?.get(2)?;
            made.as_mapping()?
                .iter()
                .find_map(|made| is_made_as(&made.key, logical_id, &entry.value).then_some(made.at))
        })
    };
    declared.or_else(looped).map(|at| at.line)
}

/// Tells whether a loop could make this name from `pattern`, which contains the variable as `${Name}` or `&{Name}`.
fn is_made_as(pattern: &str, logical_id: &str, each: &Node) -> bool {
    let Some(variable) = each
        .as_sequence()
        .and_then(|parts| parts.first())
        .and_then(Node::as_text)
    else {
        return false;
    };
    let spelled = [format!("${{{variable}}}"), format!("&{{{variable}}}")];
    spelled
        .iter()
        .filter_map(|spelled| pattern.split_once(spelled.as_str()))
        .any(|(before, after)| {
            logical_id
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|value| !value.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::line_of;

    const TEMPLATE: &str = "Resources:
  Topic:
    Type: AWS::SNS::Topic
  Fn::ForEach::Roles:
    - Caller
    - !Ref Callers
    - May&{Caller}Call:
        Type: AWS::Lambda::Permission
";

    #[test]
    fn a_resource_is_found_where_it_or_its_loop_declares_it() {
        assert_eq!(line_of(TEMPLATE, "Topic"), Some(2));
        assert_eq!(line_of(TEMPLATE, "May123Call"), Some(7));
    }

    #[test]
    fn what_is_not_declared_has_no_line() {
        assert_eq!(line_of(TEMPLATE, "Queue"), None);
        assert_eq!(line_of("Resources: [", "Topic"), None);
    }
}
