//! PURE: a failure with its context: its place in the template, its consequences and the remedy.

use serde::Serialize;

use super::{Failure, Remedy, remedy};

/// A root cause, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The failure that caused the operation to fail.
    #[serde(flatten)]
    pub failure: Failure,
    /// Where the resource is declared, if known.
    pub place: Option<SourceLine>,
    /// The remedy, if the reason is known.
    pub remedy: Option<&'static Remedy>,
}

/// A line of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// The file as the user named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl Diagnosis {
    /// Explains a failure; `place` is the declaration of its resource.
    pub fn of(failure: Failure, place: Option<SourceLine>) -> Self {
        let remedy = remedy(&failure.resource_type, &failure.reason);
        Self {
            failure,
            place,
            remedy,
        }
    }

    /// What failed, and why in AWS's words.
    pub fn fact(&self) -> String {
        let Failure {
            logical_id,
            resource_type,
            reason,
            ..
        } = &self.failure;
        format!("`{logical_id}` ({resource_type}) failed: {reason}")
    }

    /// The place of the resource, and the consequences.
    pub fn notes(&self) -> Vec<String> {
        let place = self
            .place
            .iter()
            .map(|SourceLine { file, line }| format!("declared in {file}:{line}"));
        let others = self.failure.consequences.len();
        let noun = if others == 1 { "other" } else { "others" };
        let consequences =
            (others > 0).then(|| format!("and {others} {noun} cancelled or failed because of it"));
        place.chain(consequences).collect()
    }

    /// The remedies, each a sentence without a full stop.
    pub fn hints(&self) -> impl Iterator<Item = &'static str> {
        self.remedy.into_iter().flat_map(|remedy| remedy.hints).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosis(consequences: &[&str], place: Option<SourceLine>) -> Diagnosis {
        let failure = Failure {
            logical_id: "Topic".to_owned(),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: "CREATE_FAILED".into(),
            reason: "Rate exceeded".to_owned(),
            consequences: consequences.iter().map(|&name| name.to_owned()).collect(),
        };
        Diagnosis::of(failure, place)
    }

    #[test]
    fn a_cause_is_told_before_its_place_its_consequences_and_its_remedy() {
        let place = SourceLine {
            file: "templates/orders.yaml".to_owned(),
            line: 12,
        };
        let explained = diagnosis(&["Queue", "Table"], Some(place));
        let lines: Vec<String> = std::iter::once(explained.fact())
            .chain(explained.notes())
            .chain(explained.hints().map(str::to_owned))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        `Topic` (AWS::SNS::Topic) failed: Rate exceeded
        declared in templates/orders.yaml:12
        and 2 others cancelled or failed because of it
        AWS throttled the calls of this account: run it again
        ");
    }

    #[test]
    fn a_lone_failure_has_no_consequences_to_tell() {
        assert_eq!(diagnosis(&[], None).notes(), Vec::<String>::new());
        let one = diagnosis(&["Queue"], None).notes();
        assert_eq!(one, ["and 1 other cancelled or failed because of it"]);
    }

    #[test]
    fn a_program_reads_the_code_of_the_remedy() {
        let json = serde_json::to_value(diagnosis(&[], None)).unwrap();
        assert_eq!(json["remedy"]["code"], "throttled");
        assert_eq!(json["logicalId"], "Topic");
    }
}
