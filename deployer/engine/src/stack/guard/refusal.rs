//! PURE: what is refused, each acceptance once however many properties it is about.

use super::{Danger, Objection};

/// What one acceptance would let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it is accepted by: `replace:EventsTable`.
    pub acceptance: String,
    /// The resource's name in the template.
    pub logical_id: String,
    /// What would come of it, with the places in the resource where it would.
    pub dangers: Vec<(Danger, Vec<String>)>,
}

impl Refusal {
    /// Gathers objections by what accepts them, in the order in which they come.
    pub fn of(objections: &[Objection]) -> Vec<Self> {
        let mut refusals: Vec<Self> = Vec::new();
        for objection in objections {
            let acceptance = objection.acceptance();
            let known = refusals
                .iter()
                .position(|refusal| refusal.acceptance == acceptance);
            let refusal = known.unwrap_or_else(|| {
                refusals.push(Self {
                    acceptance,
                    logical_id: objection.logical_id.clone(),
                    dangers: Vec::new(),
                });
                refusals.len() - 1
            });
            refusals[refusal].add(objection);
        }
        refusals
    }

    fn add(&mut self, objection: &Objection) {
        let known = self
            .dangers
            .iter()
            .position(|(danger, _)| *danger == objection.danger);
        let danger = known.unwrap_or_else(|| {
            self.dangers.push((objection.danger, Vec::new()));
            self.dangers.len() - 1
        });
        let paths = &mut self.dangers[danger].1;
        paths.extend(objection.path.clone().filter(|path| !paths.contains(path)));
    }

    /// What would come of it, in words.
    pub fn consequences(&self) -> String {
        let dangers = self.dangers.iter();
        let consequences: Vec<&str> = dangers.map(|(danger, _)| danger.consequence()).collect();
        consequences.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_acceptance_and_each_consequence_is_there_once_with_all_its_places() {
        let objection = |danger, path: &str| Objection {
            logical_id: "Events".to_owned(),
            danger,
            path: (!path.is_empty()).then(|| path.to_owned()),
        };
        let refusals = Refusal::of(&[
            objection(Danger::LogReshaped, "Properties.KeySchema"),
            objection(Danger::PolicyWeakened, "DeletionPolicy"),
            objection(Danger::LogReplaced, ""),
            objection(Danger::LogReshaped, "Properties.TableName"),
            objection(Danger::LogReshaped, "Properties.TableName"),
        ]);
        let told: Vec<String> = refusals
            .iter()
            .map(|refusal| format!("{} {:?}", refusal.acceptance, refusal.dangers))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        replace:Events [(LogReshaped, ["Properties.KeySchema", "Properties.TableName"]), (LogReplaced, [])]
        weaken:Events [(PolicyWeakened, ["DeletionPolicy"])]
        "#);
    }
}
