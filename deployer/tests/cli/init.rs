//! New environment files.

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
