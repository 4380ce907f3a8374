//! PURE: a failure with everything that helps: where in the template it stands, what followed from it, what can be done.

use serde::Serialize;

use super::{Failure, Remedy, remedy};

/// A root cause, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// What brought the operation down.
    #[serde(flatten)]
    pub failure: Failure,
    /// Where the resource is declared, where that is known.
    pub place: Option<SourceLine>,
    /// What can be done, where the reason is a known one.
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
    /// Explains a failure; `place` is where its resource is declared.
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

    /// Where it stands, and what followed from it.
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

    /// What can be done, each a sentence without its full stop.
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
        AWS was asked too much in this account at that moment: run it again
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
