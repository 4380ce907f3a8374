//! What is believed of AWS and not known: each belief is a type, and each of its values a way that AWS may take. `FAKE.md` says where a
//! belief comes from, and which test drives it.

use serde_json::Value;

use super::rights::Rights;
use super::world::{ACCOUNT, FakeTable, World};
use super::{FakeCloud, operation};

/// The way that AWS takes in each matter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beliefs {
    pub(crate) import: Import,
    pub(crate) stack_policy: PolicyDuringUpdate,
    pub(crate) permissions: Permissions,
    pub(crate) template: GivenTemplate,
    pub(crate) alarms: AlarmsAuthorised,
    pub(crate) passing: PassingToSns,
    pub(crate) drift: DriftReads,
}

/// What an import makes of the settings of what it takes in, and what is left of that when the creation is rolled back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Import {
    /// They stay as they were.
    #[default]
    Untouched,
    /// They become the template's, and stay so.
    Applied,
    /// They become the template's, and a rollback makes them what they were.
    AppliedAndTakenBack,
}

impl Import {
    pub(crate) const ALL: [Self; 3] = [Self::Untouched, Self::Applied, Self::AppliedAndTakenBack];
}

/// What becomes of a stack policy that is set while an update runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PolicyDuringUpdate {
    /// It is looked at when the update comes to a resource.
    Counts,
    /// It is taken, and counts from the next update on.
    #[default]
    TooLate,
    /// It is refused.
    Refused,
}

impl PolicyDuringUpdate {
    pub(crate) const ALL: [Self; 3] = [Self::Counts, Self::TooLate, Self::Refused];
}

/// What becomes of two changes of one function that nothing puts one after the other: its permissions, and its URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Permissions {
    /// Lambda takes both.
    #[default]
    SideBySide,
    /// Lambda refuses the second with 409.
    Conflict,
}

impl Permissions {
    pub(crate) const ALL: [Self; 2] = [Self::SideBySide, Self::Conflict];
}

/// What `GetTemplate` gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum GivenTemplate {
    /// The bytes that were sent.
    #[default]
    AsSent,
    /// The same JSON, laid out anew.
    LaidOutAnew,
}

impl GivenTemplate {
    pub(crate) const ALL: [Self; 2] = [Self::AsSent, Self::LaidOutAnew];
}

/// What `cloudwatch:DescribeAlarms` is authorised on, when CloudFormation looks at the triggers of an update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AlarmsAuthorised {
    /// All alarms at once.
    #[default]
    Together,
    /// Each alarm by its ARN.
    OneByOne,
}

impl AlarmsAuthorised {
    pub(crate) const ALL: [Self; 2] = [Self::Together, Self::OneByOne];
}

/// Whether SNS says whom a role is passed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PassingToSns {
    /// `iam:PassedToService` is `sns.amazonaws.com`.
    Told,
    /// There is no such key.
    #[default]
    Untold,
}

impl PassingToSns {
    pub(crate) const ALL: [Self; 2] = [Self::Told, Self::Untold];
}

/// With whose rights a search for drift reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DriftReads {
    /// Those of whoever asked for the search.
    #[default]
    AsCaller,
    /// Those of CloudFormation, as an operation does.
    AsCloudFormation,
}

impl DriftReads {
    pub(crate) const ALL: [Self; 2] = [Self::AsCaller, Self::AsCloudFormation];
}

impl FakeCloud {
    /// From now on AWS takes this way.
    pub(crate) fn believe(&self, choose: impl FnOnce(&mut Beliefs)) {
        self.with(|world| choose(&mut world.beliefs));
    }

    /// From now on the caller, and CloudFormation in the caller's name, has these rights and no more.
    pub(crate) fn allow_only(&self, rights: Rights) {
        self.with(|world| world.rights = Some(rights));
    }
}

impl World {
    /// Brings an imported table to the template, where an import does that; what it was is answered.
    pub(super) fn apply_to_import(
        &mut self,
        logical_id: &str,
        name: &str,
        body: &Value,
    ) -> Option<FakeTable> {
        if self.beliefs.import == Import::Untouched {
            return None;
        }
        let now = self.now;
        let table = self.tables.get_mut(name)?;
        let before = table.clone();
        let design = FakeTable::of(logical_id, body, now);
        *table = FakeTable {
            items: table.items,
            ..design
        };
        Some(before)
    }

    /// Makes an imported table what it was, where a rollback does that.
    pub(super) fn take_import_back(&mut self, name: &str, before: Option<FakeTable>) {
        if self.beliefs.import == Import::AppliedAndTakenBack
            && let (Some(table), Some(before)) = (self.tables.get_mut(name), before)
        {
            *table = before;
        }
    }

    /// The template, as `GetTemplate` gives it.
    pub(super) fn given(&self, template: &str) -> String {
        match self.beliefs.template {
            GivenTemplate::AsSent => template.to_owned(),
            GivenTemplate::LaidOutAnew => serde_json::from_str::<Value>(template)
                .and_then(|template| serde_json::to_string_pretty(&template))
                .unwrap_or_else(|_| template.to_owned()),
        }
    }

    /// Which of the resources that an operation makes is refused, because another change of its function is under way.
    pub(super) fn conflict<'a>(
        &self,
        template: &Value,
        made: impl Iterator<Item = (&'a String, &'a Value)>,
    ) -> Option<(String, String)> {
        if self.beliefs.permissions == Permissions::SideBySide {
            return None;
        }
        let changes: Vec<(&String, String)> = made
            .filter_map(|(id, body)| Some((id, changed_function(template, body)?)))
            .collect();
        let meets = |(index, (id, function)): (usize, &(&String, String))| {
            let before = changes[..index].iter().filter(|(_, other)| other == function);
            let mut unordered =
                before.filter(|(other, _)| !waits(template, id, other) && !waits(template, other, id));
            unordered.next().map(|_| {
                let reason = "Resource handler returned message: \"The function could not be updated due to a concurrent update operation. (Service: Lambda, Status Code: 409)\"";
                ((*id).clone(), reason.to_owned())
            })
        };
        changes.iter().enumerate().find_map(meets)
    }

    /// Why the caller may not have these alarms watch over an update.
    pub(super) fn refused_alarms(&self, alarms: &[String]) -> Option<String> {
        let asked: Vec<&str> = match self.beliefs.alarms {
            _ if alarms.is_empty() => Vec::new(),
            AlarmsAuthorised::Together => vec!["*"],
            AlarmsAuthorised::OneByOne => alarms.iter().map(String::as_str).collect(),
        };
        let action = "cloudwatch:DescribeAlarms";
        let mut refused = asked.into_iter().filter(|on| !self.allows(action, on, &[]));
        refused.next().map(|on| not_authorized(action, on))
    }

    /// Why the caller may not pass the roles that a topic logs its deliveries with.
    pub(super) fn refused_passing(&self, stack: &str, body: &Value) -> Option<String> {
        if body["Type"] != "AWS::SNS::Topic" {
            return None;
        }
        let keys: &[(&str, &str)] = match self.beliefs.passing {
            PassingToSns::Told => &[("iam:PassedToService", "sns.amazonaws.com")],
            PassingToSns::Untold => &[],
        };
        let action = "iam:PassRole";
        let roles = targets(body).into_iter().filter(|id| id.ends_with("Role"));
        let mut arns = roles.map(|id| format!("arn:aws:iam::{ACCOUNT}:role/{stack}-{id}-1A2B3C4D5E6F"));
        let refused = arns.find(|arn| !self.allows(action, arn, keys));
        refused.map(|arn| not_authorized(action, &arn))
    }

    /// What a search for drift could not look at, and why.
    pub(super) fn undetected(&self, stack: &str) -> Option<String> {
        if self.beliefs.drift == DriftReads::AsCloudFormation {
            return None;
        }
        let rights = self.rights.as_ref()?;
        let resources = self.find(stack)?.resources.iter();
        let refused = resources.filter_map(|(id, resource)| {
            let refused = rights.unreadable(&resource.resource_type)?;
            Some(format!("{id}: {}", not_authorized(refused, "*")))
        });
        let refused: Vec<String> = refused.collect();
        (!refused.is_empty()).then(|| format!("Failed to detect drift on resources: {}", refused.join(", ")))
    }

    fn allows(&self, action: &str, resource: &str, keys: &[(&str, &str)]) -> bool {
        let rights = self.rights.as_ref();
        rights.is_none_or(|rights| rights.allow(action, resource, keys))
    }

    /// Ends a running update at the first resource that the policy now denies, and that was not reached yet.
    pub(super) fn hold_against_policy(&mut self, stack: &str) {
        let found = self.find(stack).unwrap();
        let id = found.id.clone();
        let open = |logical_id: &str| {
            self.due.iter().any(|step| {
                let event = step.event.as_ref();
                step.stack == id
                    && event
                        .is_some_and(|(of, _, status, _)| of == logical_id && status.ends_with("_COMPLETE"))
            })
        };
        let denied = found
            .running
            .iter()
            .find(|change| open(&change.logical_id) && !found.allows(change));
        let Some(logical_id) = denied.map(|change| change.logical_id.clone()) else {
            return;
        };
        let body = operation::resources_of(&found.template)[&logical_id].clone();
        self.due.retain(|step| step.stack != id);
        let mut plan = operation::Plan::of(self, &id);
        plan.roll_back_from(&logical_id, &body, super::protection::DENIED);
    }
}

fn not_authorized(action: &str, resource: &str) -> String {
    format!(
        "User: arn:aws:sts::{ACCOUNT}:assumed-role/admin/jo is not authorized to perform: {action} on resource: {resource}"
    )
}

/// The function that a resource changes: a permission or a URL of it or of its alias.
fn changed_function(template: &Value, body: &Value) -> Option<String> {
    let properties = &body["Properties"];
    let reference = match body["Type"].as_str()? {
        "AWS::Lambda::Permission" => &properties["FunctionName"],
        "AWS::Lambda::Url" => &properties["TargetFunctionArn"],
        _ => return None,
    };
    let target = targets(reference).pop()?;
    let alias = &template["Resources"][&target]["Properties"]["FunctionName"];
    Some(targets(alias).pop().unwrap_or(target))
}

/// Whether a resource waits for another.
fn waits(template: &Value, id: &str, other: &str) -> bool {
    let mut open = vec![id.to_owned()];
    let mut seen = Vec::new();
    while let Some(name) = open.pop() {
        if name == other {
            return true;
        }
        if seen.contains(&name) {
            continue;
        }
        let body = &template["Resources"][&name];
        match &body["DependsOn"] {
            Value::Array(names) => open.extend(names.iter().filter_map(|name| name.as_str().map(Into::into))),
            name => open.extend(name.as_str().map(Into::into)),
        }
        open.extend(targets(body));
        seen.push(name);
    }
    false
}

/// What a value refers to.
fn targets(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => match (members.get("Ref"), members.get("Fn::GetAtt")) {
            (Some(name), _) => name.as_str().map(Into::into).into_iter().collect(),
            (_, Some(path)) => path[0].as_str().map(Into::into).into_iter().collect(),
            _ => members.values().flat_map(targets).collect(),
        },
        Value::Array(items) => items.iter().flat_map(targets).collect(),
        _ => Vec::new(),
    }
}
