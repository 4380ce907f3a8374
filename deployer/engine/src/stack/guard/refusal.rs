//! PURE: groups refused changes by the acceptance that lets them pass.

use super::{Danger, Objection};

/// The changes that one acceptance lets pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The acceptance: `replace:EventsTable`.
    pub acceptance: String,
    /// The resource's logical id.
    pub logical_id: String,
    /// The dangers, each with its places in the resource.
    pub dangers: Vec<(Danger, Vec<String>)>,
}

impl Refusal {
    /// Groups objections by acceptance, in order.
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

    /// The consequences in words.
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
