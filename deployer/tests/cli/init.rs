//! New environment files, and consumers that are begun.

use crate::session::Session;

const NEW: &str = "init orders --account 123456789012 --region eu-central-1";

#[test]
fn a_new_environment_renders_at_once() {
    let session = Session::new();
    insta::assert_snapshot!(session.run(&format!("{NEW} --parameter Access=public")), @"
    exit code: 0
    --- stdout
    environments/orders.yaml
    --- stderr
    note: next, look over the file; `deployer doctor --env orders` finds what stands in the way, and `deployer up --env orders` deploys
    ");
    insta::assert_snapshot!(session.read("environments/orders.yaml"));
    let rendered = session.run("render --env orders");
    assert!(rendered.starts_with("exit code: 0\n"), "{rendered}");
}

#[test]
fn a_new_environment_of_another_template_names_it() {
    let session = Session::new().with_file("templates/orders.yaml", crate::session::TEMPLATE);
    let told = session.run(
        "init orders-staging --account 123456789012 --region eu-central-1 --template templates/orders.yaml --parameter Access=public",
    );
    assert!(told.starts_with("exit code: 0\n"), "{told}");
    let file = session.read("environments/orders-staging.yaml");
    assert!(
        file.contains("\ntemplate: \"../templates/orders.yaml\" "),
        "{file}"
    );
    assert!(file.contains("\n# stack: orders-staging "), "{file}");
    let rendered = session.run("render --env orders-staging --verbose");
    insta::assert_snapshot!(told_settings(&rendered), @"
    template      templates/orders.yaml  (environment file)
    stack         orders-staging         (default)
    ");
    // A flag takes precedence over the file.
    let rendered = session.run("render --env orders-staging --verbose --template templates/event-store.yaml");
    insta::assert_snapshot!(told_settings(&rendered), @"
    template      templates/event-store.yaml  (flag --template)
    stack         orders-staging              (default)
    ");
}

/// The lines about the template and the stack.
fn told_settings(run: &str) -> String {
    let lines = run
        .lines()
        .filter(|line| line.contains("template") || line.contains("stack"));
    lines
        .filter(|line| line.contains(" ("))
        .collect::<Vec<_>>()
        .join("\n")
}

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
            "no name of a binary",
        ),
        (
            "init consumer artifacts --binary b --store local",
            "`artifacts` names the template of the artifact bucket, and no consumer",
        ),
        (
            "init consumer ../orders --binary b --store local",
            "no name of a consumer",
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
            "no name of a store's environment",
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

#[test]
fn an_environment_that_exists_is_not_written_over() {
    let session = Session::new();
    let before = session.read("environments/local.yaml");
    insta::assert_snapshot!(session.run("init local"), @"
    exit code: 64
    --- stderr
    error: `environments/local.yaml` exists
      hint: edit it, or choose another name; nothing was changed
    ");
    assert_eq!(session.read("environments/local.yaml"), before);
}

#[test]
fn a_parameter_that_nobody_can_guess_has_to_be_given() {
    insta::assert_snapshot!(Session::new().run(NEW), @"
    exit code: 64
    --- stderr
    error: no value is given for `Access`, and the template has no default
      hint: give it with `--parameter Access=VALUE`: one of `iam`, `public`
    ");
}

/// One of its values makes a rule require more, and neither account nor region is given yet.
#[test]
fn all_that_is_missing_is_told_at_once() {
    let rules = "Rules:
  Bounded:
    RuleCondition: !Equals [!Ref Access, public]
    Assertions:
      - { Assert: !Not [!Equals [!Ref MemoryMb, '512']], AssertDescription: a public store takes another memory }
  Named:
    RuleCondition: !Equals [!Ref Access, iam]
    Assertions:
      - { Assert: !Equals [!Ref MemoryMb, '128'], AssertDescription: one of IAM takes 128 MB }
";
    let session = Session::new().with_template("Rules:\n", rules);
    insta::assert_snapshot!(session.run("init orders"), @"
    exit code: 64
    --- stderr
    error: no value is given for `Access`, and the template has no default
      hint: give it with `--parameter Access=VALUE`: one of `iam`, `public`
      hint: with `Access=iam`: one of IAM takes 128 MB
      hint: with `Access=public`: a public store takes another memory
      hint: no region is given, and the profile in use has none: give it with `--region eu-central-1`
    ");
    let told = session.run(&format!("{NEW} --parameter MemoryMb=512.5 --parameter Memry=1"));
    insta::assert_snapshot!(told, @"
    exit code: 64
    --- stderr
    error: environments/orders.yaml:17:3: unknown parameter `Memry`
      hint: nothing was written: the places are those of the file as it would be
      hint: no value is given for `Access`: give it with `--parameter Access=VALUE`: one of `iam`, `public`
      hint: with `Access=iam`: one of IAM takes 128 MB
      hint: with `Access=iam`: `MemorySize` is a whole number, not `512.5`
      hint: with `Access=public`: `MemorySize` is a whole number, not `512.5`
    ");
    let session = Session::new().with_template(
        "Parameters:\n",
        "Parameters:\n  Name: { Type: String }\n  Size: { Type: Number }\n",
    );
    insta::assert_snapshot!(session.run("init Orders --account 1 --region eu-central-1"), @"
    exit code: 64
    --- stderr
    error: environments/Orders.yaml:1:1: the environment name `Orders` is not a letter followed by at most 31 letters, digits or hyphens, in lower case
    error: environments/Orders.yaml:2:10: the account `1` must have 12 digits
      hint: nothing was written: the places are those of the file as it would be
      hint: no value is given for `Name`: give it with `--parameter Name=VALUE`
      hint: no value is given for `Size`: give it with `--parameter Size=VALUE`
      hint: no value is given for `Access`: give it with `--parameter Access=VALUE`: one of `iam`, `public`
    ");
}

#[test]
fn a_parameter_is_given_once_and_has_a_name() {
    let session = Session::new();
    insta::assert_snapshot!(session.run(&format!("{NEW} --parameter Access=iam --parameter Access=public")), @"
    exit code: 64
    --- stderr
    error: the parameter `Access` is given twice
      hint: a list has its members behind one `=`, between commas
    ");
    let told = session.run(&format!("{NEW} --parameter =x"));
    assert!(told.contains("a parameter is given as `NAME=VALUE`"), "{told}");
}

#[test]
fn a_folder_that_is_missing_is_told_with_how_it_is_made() {
    let session = Session::new();
    let told = session.run(&format!("{NEW} --parameter Access=public --environments my/envs"));
    insta::assert_snapshot!(told, @"
    exit code: 64
    --- stderr
    error: there is no folder `my/envs`
      hint: make it with `mkdir -p my/envs`, or name another with `--environments`
    ");
}

/// Every call of `init` in the documents works as written, given an account and a region.
#[test]
fn what_the_documents_say_of_a_new_environment_works() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut calls = 0;
    for document in ["README.md", "docs/deploying.md", "docs/installing.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for rest in text.split("deployer init ").skip(1) {
            let call = rest.split(['`', '\n']).next().unwrap().replace("NAME", "mine");
            let place = ["--account 123456789012", "--region eu-central-1"];
            let place = place.into_iter().filter(|flag| !call.contains(&flag[..9]));
            let call = format!("init {call} {}", place.collect::<Vec<_>>().join(" "));
            let template = std::fs::read_to_string(root.join("templates/event-store.yaml")).unwrap();
            let session = Session::new().with_file("templates/event-store.yaml", template);
            let told = session.run(&call);
            assert!(told.starts_with("exit code: 0\n"), "{document}: {call}\n{told}");
            calls += 1;
        }
    }
    assert!(calls >= 3, "only {calls} calls were found");
}

#[test]
fn a_misspelt_parameter_is_named_where_the_right_one_is_missing() {
    insta::assert_snapshot!(Session::new().run(&format!("{NEW} --parameter Acess=public")), @"
    exit code: 64
    --- stderr
    error: environments/orders.yaml:17:3: unknown parameter `Acess`
      hint: did you mean `Access`?
      hint: nothing was written: the places are those of the file as it would be
      hint: no value is given for `Access`: give it with `--parameter Access=VALUE`: one of `iam`, `public`
    ");
}

#[test]
fn an_environment_elsewhere_is_written_with_its_endpoint() {
    let session = Session::new();
    let told = session.run(&format!(
        "{NEW} --parameter Access=public --endpoint http://127.0.0.1:9"
    ));
    assert!(told.starts_with("exit code: 0\n"), "{told}");
    let file = session.read("environments/orders.yaml");
    assert!(file.contains("\nendpoint: \"http://127.0.0.1:9\" "), "{file}");
}

#[test]
fn the_variable_that_would_have_another_asked_for_the_account_is_named() {
    let session = Session::new()
        .with_credentials()
        .with_variable("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    insta::assert_snapshot!(session.run("init orders --region eu-central-1 --parameter Access=public"), @"
    exit code: 64
    --- stderr
    error: no account is given, and whoever `AWS_ENDPOINT_URL` names would be asked for it instead of AWS
      hint: unset `AWS_ENDPOINT_URL`; or say with `--endpoint URL` that the environment is there; or give the account with `--account`
    ");
}

#[test]
fn what_would_be_refused_later_is_not_written() {
    let session = Session::new();
    insta::assert_snapshot!(session.run(&format!("{NEW} --parameter Access=pubic --parameter Acess=iam")), @"
    exit code: 64
    --- stderr
    error: environments/orders.yaml:16:11: the parameter `Access` is `pubic`, which is not an allowed value
      hint: allowed are `iam`, `public`
    error: environments/orders.yaml:18:3: unknown parameter `Acess`
      hint: did you mean `Access`?
      hint: nothing was written: the places are those of the file as it would be
    ");
    insta::assert_snapshot!(session.run("init Orders --account 1 --region eu-centrl-1 --parameter Access=iam"), @"
    exit code: 64
    --- stderr
    error: environments/Orders.yaml:1:1: the environment name `Orders` is not a letter followed by at most 31 letters, digits or hyphens, in lower case
    error: environments/Orders.yaml:2:10: the account `1` must have 12 digits
    error: environments/Orders.yaml:3:9: unknown region `eu-centrl-1`
      hint: did you mean `eu-central-1`?
      hint: nothing was written: the places are those of the file as it would be
    ");
    assert_eq!(session.files("environments").len(), 2, "nothing was written");
}

#[test]
fn without_credentials_the_account_has_to_be_given() {
    insta::assert_snapshot!(Session::new().run("init orders --region eu-central-1 --parameter Access=iam"), @"
    exit code: 1
    --- stderr
    error: no account is given, and AWS cannot be asked for it
      because: `sts:GetCallerIdentity` failed: no credentials found
      because: no credentials found in chain. Attempted:
          Environment: the credential provider was not enabled: environment variable not set
          Profile: the credential provider was not enabled
          WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set
          EcsContainer: the credential provider was not enabled: ECS provider not configured
          Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
      hint: give it with `--account 123456789012`, or log in and run this again
    ");
    insta::assert_snapshot!(Session::new().run("init orders --parameter Access=iam"), @"
    exit code: 64
    --- stderr
    error: no region is given, and the profile in use has none
      hint: give it with `--region eu-central-1`
    ");
}
