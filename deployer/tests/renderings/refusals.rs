//! What the event store's template refuses, in the words of its rules, and what bounds its cost.

use cfn_template::problem::Problems;
use cfn_template::{Artifacts, Rendered, render};
use event_store_deployer::environment::{Environment, Instance};

use super::{environment, event_store, read, template};

fn refused(production: &str) -> Problems {
    let file = "environments/production.yaml";
    let environment = Environment::parse(file, production, "production", None).unwrap();
    render(
        &template("event-store"),
        &environment.values(),
        &Artifacts::in_bucket("bucket"),
    )
    .unwrap_err()
}

#[test]
fn production_with_public_access_is_refused_in_its_own_file() {
    let text = read("environments/production.yaml").replace("Access: iam", "Access: public");
    insta::assert_snapshot!(refused(&text), @"
    environments/production.yaml:12:11: production must not be public. Set Access to iam and name its Callers
      hint: the rule `ProductionIsNotPublic` is in templates/event-store.yaml:252
    templates/event-store.yaml:260:9: anybody may call a public URL, and nothing bounds what that costs. Set MaxWriteUnits and MaxReadUnits, or ApiReservedConcurrency where the account has concurrency to set aside and the stack is no instance
      hint: the rule `PublicIsBounded` is in templates/event-store.yaml:260
    ");
}

#[test]
fn every_wrong_setting_is_named_in_its_own_file() {
    let text = read("environments/production.yaml")
        .replace(
            "ApiMemoryMb: 512",
            "ApiMemoryMb: 64\n  RelayMemoryMB: 64\n  Instance: pr-42",
        )
        .replace("Access: iam", "Access: IAM")
        .replace("role/orders", "user/orders")
        .replace("LogRetentionDays: 365", "LogRetentionDays: 366")
        .replace("DeliverySamplePercent: 1", "DeliverySamplePercent: a few");
    insta::assert_snapshot!(refused(&text), @"
    environments/production.yaml:12:11: the parameter `Access` is `IAM`, which is not an allowed value
      hint: allowed are `public`, `iam`
    environments/production.yaml:15:5: the parameter `Callers` has the member `arn:aws:iam::222222222222:user/orders`, which does not match `^(|[0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)$`
      hint: must be account ids of 12 digits and ARNs of IAM roles
    environments/production.yaml:16:16: the parameter `ApiMemoryMb` is `64`, less than 128
    environments/production.yaml:17:3: unknown parameter `RelayMemoryMB`
      hint: did you mean `RelayMemoryMb`?
    environments/production.yaml:18:3: the parameter `Instance` is filled in by the deployer, with `instance`
    environments/production.yaml:19:21: the parameter `LogRetentionDays` is `366`, which is not an allowed value
      hint: allowed are `1`, `3`, `5`, `7`, `14`, `30`, `60`, `90`, `120`, `150`, `180`, `365`, `400`, `545`, `731`, `1096`, `1827`, `2192`, `2557`, `2922`, `3288`, `3653`
    environments/production.yaml:20:26: the parameter `DeliverySamplePercent` is `a few`, which is not a number
      hint: a number is written as `512`, `-1` or `0.5`
    ");
}

fn staging(replaced: &str, by: &str, instance: Option<&str>) -> Result<Rendered, Problems> {
    let file = "environments/staging.yaml";
    let text = read(file);
    assert!(text.contains(replaced));
    let instance = instance.map(|instance| instance.parse::<Instance>().unwrap());
    let environment =
        Environment::parse(file, &text.replace(replaced, by), "staging", instance.as_ref()).unwrap();
    render(
        &template("event-store"),
        &environment.values(),
        &Artifacts::in_bucket("bucket"),
    )
}

const BOUNDS: &str = "  MaxWriteUnits: 100\n  MaxReadUnits: 200\n";

#[test]
fn a_public_store_whose_cost_nothing_bounds_is_refused() {
    let unbounded = staging(BOUNDS, "", None).unwrap_err().to_string();
    insta::assert_snapshot!(unbounded, @"
    templates/event-store.yaml:260:9: anybody may call a public URL, and nothing bounds what that costs. Set MaxWriteUnits and MaxReadUnits, or ApiReservedConcurrency where the account has concurrency to set aside and the stack is no instance
      hint: the rule `PublicIsBounded` is in templates/event-store.yaml:260
    ");
    let reserved = "  ApiReservedConcurrency: 20\n";
    assert!(staging(BOUNDS, reserved, None).is_ok());
    // Half a bound is no bound. An instance reserves no concurrency, so it needs another bound.
    for (bounds, instance) in [
        ("  MaxWriteUnits: 100\n", None),
        ("  MaxReadUnits: 200\n", None),
        (reserved, Some("pr-42")),
    ] {
        let refused = staging(BOUNDS, bounds, instance).unwrap_err().to_string();
        assert!(refused.contains("the rule `PublicIsBounded`"), "{refused}");
    }
}

#[test]
fn what_answers_in_the_place_of_aws_decides_about_a_bound_and_no_name_does() {
    let rendered = |name: &str, endpoint: &str| {
        let text = format!(
            "account: '000000000000'\nregion: eu-central-1\n{endpoint}parameters: {{ Access: public }}\n"
        );
        let environment = Environment::parse("e.yaml", &text, name, None).unwrap();
        let artifacts = Artifacts::in_bucket("bucket");
        render(&template("event-store"), &environment.values(), &artifacts)
            .map_err(|problems| problems.to_string())
    };
    for name in ["local", "staging"] {
        let refused = rendered(name, "").unwrap_err();
        assert!(
            refused.contains("the rule `PublicIsBounded`"),
            "{name}: {refused}"
        );
        assert!(
            rendered(name, "endpoint: http://127.0.0.1:4566\n").is_ok(),
            "{name}"
        );
    }
}

#[test]
fn an_instance_takes_no_concurrency_from_the_account() {
    let both = format!("{BOUNDS}  ApiReservedConcurrency: 20\n");
    let reserved = |instance| {
        let rendered = staging(BOUNDS, &both, instance).unwrap();
        rendered.resource("ApiFunction").unwrap().properties["ReservedConcurrentExecutions"].clone()
    };
    assert_eq!(reserved(None), 20);
    assert_eq!(reserved(Some("pr-42")), serde_json::Value::Null);
}

#[test]
fn no_sample_reserves_concurrency_which_a_new_account_has_not() {
    for name in ["local", "staging", "production"] {
        let rendered = event_store(&environment(name, None));
        let function = rendered.resource("ApiFunction").unwrap();
        assert_eq!(
            function.properties["ReservedConcurrentExecutions"],
            serde_json::Value::Null,
            "{name}"
        );
    }
}
