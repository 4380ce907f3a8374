//! Consumers that are begun: template and environment.

use crate::session::Session;

const CONSUMER: &str = "init consumer orders --binary orders-projection";

#[test]
fn a_consumer_is_begun_beside_its_stores_environment() {
    let session =
        Session::new().with_environment("  Access: public\n", "  Access: public\n  LogLevel: debug\n");
    insta::assert_snapshot!(session.run(&format!("{CONSUMER} --store local")), @"
    exit code: 0
    --- stdout
    templates/orders.yaml
    environments/orders-local.yaml
    --- stderr
    note: `orders-projection` is built by cargo, and there is no `Cargo.toml` here or above: begin a package with `cargo init`, or deploy what was built elsewhere with `--artifacts DIR`
    note: next, look over both; once the store `local` is deployed, `deployer doctor --env orders-local` finds what stands in the way, and `deployer up --env orders-local` deploys
    ");
    insta::assert_snapshot!(session.read("environments/orders-local.yaml"));
    let template = session.read("templates/orders.yaml");
    assert!(template.contains("\n      Artifact: artifact:orders-projection\n"));
    let own = include_str!("../../../templates/consumer.yaml");
    assert_eq!(
        template.replace("artifact:orders-projection", "artifact:consumer"),
        own
    );
    let rendered = session.run("render --env orders-local");
    assert!(rendered.starts_with("exit code: 0\n"), "{rendered}");
    assert!(rendered.contains("/local/event-store/ES_URL"), "{rendered}");
    // From now on the file belongs to the user.
    insta::assert_snapshot!(session.run(&format!("{CONSUMER} --store staging")), @"
    exit code: 64
    --- stderr
    error: `templates/orders.yaml` exists
      hint: edit it, or choose another name; nothing was changed
      hint: a further environment of it is made by `deployer init orders-staging --template templates/orders.yaml --parameter Store=staging`
    ");
    let further = "init orders-staging --template templates/orders.yaml --parameter Store=staging --account 123456789012 --region eu-central-1";
    let told = session.run(further);
    assert!(told.starts_with("exit code: 0\n"), "{told}");
    assert!(
        session
            .run("render --env orders-staging")
            .starts_with("exit code: 0\n")
    );
}

#[test]
fn a_consumer_is_begun_where_nothing_is_yet() {
    let folder = tempfile::TempDir::new().unwrap();
    let session = Session::new();
    let begin = format!("{CONSUMER} --store staging --account 123456789012 --region eu-central-1");
    insta::assert_snapshot!(session.run_in(folder.path(), &begin), @"
    exit code: 0
    --- stdout
    templates/orders.yaml
    environments/orders-staging.yaml
    --- stderr
    note: `orders-projection` is built by cargo, and there is no `Cargo.toml` here or above: begin a package with `cargo init`, or deploy what was built elsewhere with `--artifacts DIR`
    note: next, look over both; once the store `staging` is deployed, `deployer doctor --env orders-staging` finds what stands in the way, and `deployer up --env orders-staging` deploys
    ");
    let rendered = session.run_in(folder.path(), "render --env orders-staging");
    assert!(rendered.starts_with("exit code: 0\n"), "{rendered}");
    // The bucket's template is built into the program.
    let policy = session.run_in(folder.path(), "policy --for operator --env orders-staging");
    assert!(policy.starts_with("exit code: 0\n"), "{policy}");
}

#[test]
fn a_consumer_that_cannot_be_begun_leaves_nothing_behind() {
    let session = Session::new();
    for (arguments, told) in [
        ("init consumer orders --store local", "--binary <BIN>"),
        ("init consumer orders --binary orders", "--store <ENVIRONMENT>"),
        ("init consumer --binary orders --store local", "<NAME>"),
        (
            "init consumer orders --binary a/b --store local",
            "not the name of a binary",
        ),
        (
            "init consumer artifacts --binary b --store local",
            "`artifacts` names the template of the artifact bucket, and no consumer",
        ),
        (
            "init consumer ../orders --binary b --store local",
            "not the name of a consumer",
        ),
        (
            "init consumer event-store --binary b --store local",
            "`event-store` names the template of stores, and no consumer",
        ),
        (
            "init consumer consumer --binary b --store local",
            "`consumer` names the template that every consumer begins with, and no consumer",
        ),
        (
            "init consumer projection-of-all-orders-by-customer --binary b --store local",
            "beside `local` a consumer's name has room for 26",
        ),
        (
            "init consumer orders --binary b --store local --parameter Store=staging",
            "`--parameter Store=staging` is given beside `--store`",
        ),
        (
            "init consumer orders --binary b --store local --parameter RetryAfterSeconds=5",
            "messages of `Queue` come again after 5 s, and `Function` may take 30 s",
        ),
        (
            "init consumer orders --binary b --store lo/cal",
            "not the name of a store's environment",
        ),
        (
            "init consumer orders --binary b --store local --parameter Attempts=0",
            "less than 1",
        ),
    ] {
        let run = session.run(arguments);
        assert!(
            run.starts_with("exit code: 64\n") && run.contains(told),
            "{arguments}: {run}"
        );
    }
    assert_eq!(session.files("templates").len(), 2);
    assert_eq!(session.files("environments").len(), 2);
}

/// A workspace of cargo with one binary.
fn with_binary(folder: &std::path::Path, binary: &str) {
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let manifest =
        format!("[package]\nname = \"{binary}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n");
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
}

#[test]
fn a_binary_that_the_workspace_does_not_have_is_refused_with_the_nearest() {
    let folder = tempfile::TempDir::new().unwrap();
    with_binary(folder.path(), "orders-projection");
    let toolchain = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
    let session = toolchain
        .into_iter()
        .fold(Session::new(), |session, name| match std::env::var(name) {
            Ok(value) => session.with_variable(name, value),
            Err(_) => session,
        });
    let begin = |binary: &str| {
        let place = "--store staging --account 123456789012 --region eu-central-1";
        session.run_in(
            folder.path(),
            &format!("init consumer orders --binary {binary} {place}"),
        )
    };
    insta::assert_snapshot!(begin("orders-projecton"), @"
    exit code: 64
    --- stderr
    error: no package of this workspace has a binary `orders-projecton`
      hint: did you mean `orders-projection`?
    ");
    assert!(!folder.path().join("templates").exists());
    assert!(begin("orders-projection").starts_with("exit code: 0\n"));
}

#[test]
fn a_consumer_follows_an_instance_like_its_environment_and_no_consumer() {
    let session =
        Session::new().with_environment("  Access: public\n", "  Access: public\n  LogLevel: debug\n");
    let told = session.run(&format!("{CONSUMER} --store local-pr-42"));
    assert!(told.starts_with("exit code: 0\n"), "{told}");
    let written = session.read("environments/orders-local-pr-42.yaml");
    for line in ["\n  Store: local-pr-42", "\n  LogLevel: debug", "\nendpoint: "] {
        assert!(written.contains(line), "{line}: {written}");
    }
    let of_a_consumer = "init consumer totals --binary totals --store orders-local-pr-42";
    insta::assert_snapshot!(session.run(of_a_consumer), @"
    exit code: 64
    --- stderr
    error: `orders-local-pr-42` is the environment of a consumer, and no store
      hint: it follows the store `local-pr-42`: `--store local-pr-42` follows that, too
    ");
    // What exists has what can be done with it.
    insta::assert_snapshot!(session.run(&format!("{CONSUMER} --store local-pr-42")), @"
    exit code: 64
    --- stderr
    error: `templates/orders.yaml` exists
      hint: edit it, or choose another name; nothing was changed
      hint: `environments/orders-local-pr-42.yaml` exists, too: `deployer up --env orders-local-pr-42` deploys it
    ");
}

#[test]
fn an_environment_may_be_called_consumer() {
    let session = Session::new();
    let begin = "init --account 123456789012 --region eu-central-1 --parameter Access=public -- consumer";
    let told = session.run(begin);
    assert!(told.contains("environments/consumer.yaml"), "{told}");
}
