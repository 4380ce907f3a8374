//! PURE: turns `!Ref Name` into `{"Ref": "Name"}`, so that later steps see only the long form.

use super::function::Function;
use crate::problem::{Problem, Problems};
use crate::yaml::{Entry, Kind, Location, Node};

/// Rewrites every short form; a tag that names no function is a problem.
pub(super) fn write_out(file: &str, node: Node, problems: &mut Problems) -> Node {
    let at = node.at;
    let kind = match node.kind {
        scalar @ Kind::Scalar(_) => scalar,
        Kind::Sequence(items) => Kind::Sequence(
            items
                .into_iter()
                .map(|item| write_out(file, item, problems))
                .collect(),
        ),
        Kind::Mapping(entries) => Kind::Mapping(
            entries
                .into_iter()
                .map(|entry| Entry {
                    value: write_out(file, entry.value, problems),
                    ..entry
                })
                .collect(),
        ),
    };
    let plain = Node::new(at, kind);
    let Some(tag) = node.tag else { return plain };
    match Function::from_tag(&tag) {
        Some(Function::GetAtt) => Node::single(at, Function::GetAtt.name(), attribute(at, plain)),
        Some(function) => Node::single(at, function.name(), plain),
        None => {
            let problem = Problem::new(file, at, format!("unknown function `!{tag}`"));
            problems.push(problem.with_nearest(&tag, Function::tags()));
            plain
        }
    }
}

/// `!GetAtt Table.StreamArn` is short for a list of two.
fn attribute(at: Location, argument: Node) -> Node {
    match argument.as_text().and_then(|text| text.split_once('.')) {
        Some((resource, attribute)) => Node::new(
            at,
            Kind::Sequence(vec![Node::text(at, resource), Node::text(at, attribute)]),
        ),
        None => argument,
    }
}
