//! The deployer at terminals with 80 and with 120 columns.

use event_store_e2e::{Deployment, Environment};

use crate::deployment;

const COLUMNS: u16 = 80;
const WIDE: u16 = 120;

/// No line is wider than the terminal, which would break it within a word, unless it is a single word.
fn assert_fits(screen: &str, columns: u16) {
    for line in screen.lines().flat_map(|line| line.split('\r')) {
        let width = line.trim_end().chars().count();
        let is_one_word = !line.trim().contains(' ');
        assert!(
            width <= usize::from(columns) || is_one_word,
            "{width} columns: {line}\n{screen}"
        );
    }
}

/// Runs a command at a terminal, and answers its questions.
async fn run_at(
    deployment: &Deployment,
    columns: u16,
    line: &str,
    answer: Option<(&str, &str)>,
    exit: i32,
) -> String {
    let (command, arguments) = line.split_once(' ').unwrap_or((line, ""));
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut terminal = deployment.at_a_terminal(columns, command, &arguments);
    if let Some((question, keys)) = answer {
        terminal.appears(question).await;
        terminal.press(keys);
    }
    let (ended, screen) = terminal.ended().await;
    assert_eq!(ended, Some(exit), "{line}\n{screen}");
    assert_fits(&screen, columns);
    let hash = |word: &str| word.chars().count() == 64 && word.chars().all(|digit| digit.is_ascii_hexdigit());
    let long = screen
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .find(|word| hash(word));
    assert_eq!(long, None, "{line}\n{screen}");
    screen
}

/// The words of a screen, whatever its lines.
fn words(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_is_typed_before_the_question_answers_nothing_and_who_declines_is_told_what_stays() {
    let deployment = deployment(Environment::staging_like("terminal")).await;
    // Build the functions before the first question.
    deployment.up(&[]).await.succeeded();
    deployment.purge().await.succeeded();

    let code = Deployment::built();
    let code: Vec<&str> = code.iter().map(String::as_str).collect();
    let mut impatient = deployment.at_a_terminal(COLUMNS, "up", &code);
    impatient.press("y\n");
    impatient.appears("y\r\n").await;
    let before = impatient.appears("Deploy this? [y/N]").await;
    assert!(before.contains("to add"), "{before}");
    impatient.press("n\n");
    let (exit, screen) = impatient.ended().await;
    assert_eq!(exit, Some(3), "{screen}");
    assert!(screen.contains("were declined"), "{screen}");
    assert_fits(&screen, COLUMNS);
    // The code and the template of the first `up` exist already: this run has stored nothing that it would have to report.
    deployment.run("describe", &[]).await.ended_with(1);

    let mut patient = deployment.at_a_terminal(COLUMNS, "up", &code);
    patient.appears("Deploy this? [y/N]").await;
    patient.press("y\n");
    let (exit, screen) = patient.ended().await;
    assert_eq!(exit, Some(0), "{screen}");
    assert_fits(&screen, COLUMNS);
    for command in ["up", "describe", "diff", "history", "events"] {
        let arguments = if ["up", "diff"].contains(&command) {
            &*code
        } else {
            &[]
        };
        let (exit, screen) = deployment
            .at_a_terminal(COLUMNS, command, arguments)
            .ended()
            .await;
        assert_eq!(exit, Some(0), "{screen}");
        assert_fits(&screen, COLUMNS);
    }
    deployment.purge().await.succeeded();
}

#[tokio::test]
async fn who_declines_a_first_deployment_is_told_what_was_uploaded() {
    let deployment = deployment(Environment::staging_like("declines")).await;
    let built = crate::deployment(Environment::staging_like("declines-built")).await;
    built.up(&[]).await.succeeded();
    let code = Deployment::built();
    let code: Vec<&str> = code.iter().map(String::as_str).collect();
    let mut terminal = deployment.at_a_terminal(COLUMNS, "up", &code);
    terminal.appears("Deploy this? [y/N]").await;
    terminal.press("\n");
    let (exit, screen) = terminal.ended().await;
    assert_eq!(exit, Some(3), "{screen}");
    // The other deployment stored the bucket and the code; this one stored the template.
    let told = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("! 1 object was uploaded to bucket"), "{screen}");
    assert!(told.contains("nothing was deployed"), "{screen}");
    assert_fits(&screen, COLUMNS);
    built.purge().await.succeeded();
}

#[tokio::test]
async fn no_command_writes_a_line_that_a_terminal_would_break_within_a_word() {
    // Exclusive: it deletes artifacts of other tests that nothing refers to.
    let mut deployment = Deployment::alone(crate::deployer(), Environment::staging_like("columns")).await;
    deployment.up(&[]).await.succeeded();
    let tried = deployment.build().marked("tried out");
    let pushed = format!("push --artifacts {}", tried.folder());
    let code = Deployment::built().join(" ");
    let refused = deployment
        .template(|template| template.replace("${AWS::StackName}-updates", "${AWS::StackName}-news"));
    for (columns, memory) in [(COLUMNS, "512"), (WIDE, "1024")] {
        let run = async |deployment: &Deployment, line: &str, exit: i32| {
            run_at(deployment, columns, line, None, exit).await;
        };
        for line in [
            "describe",
            "drift",
            "history",
            "events",
            "logs",
            "smoke",
            "reconcile",
            "recover",
        ] {
            run(&deployment, line, 0).await;
        }
        for line in ["doctor", "diff"] {
            run(&deployment, &format!("{line} {code}"), 0).await;
        }
        run(&deployment, &pushed, 0).await;
        for line in ["describe", "drift"] {
            run(&deployment, line, 0).await;
        }
        for line in ["diff", "up --yes"] {
            run(&deployment, &format!("{line} {code}"), 0).await;
        }
        // The later change of a setting undoes this push.
        run(&deployment, &pushed, 0).await;
        run(&deployment, &format!("diff {code} --template {refused}"), 0).await;
        run(&deployment, &format!("up --yes {code} --template {refused}"), 4).await;
        deployment.change(|environment| environment.with("ApiMemoryMb", memory));
        let plan = deployment.file(memory);
        run(&deployment, &format!("up --plan {plan} {code}"), 0).await;
        let applied = run_at(&deployment, columns, &format!("up --apply {plan} --yes"), None, 0).await;
        assert!(
            words(&applied).contains("pushed past the stack; it is back on"),
            "{applied}"
        );
        let history = run_at(&deployment, columns, "history", None, 0).await;
        // The column may end behind it.
        assert!(words(&history).contains("undid a"), "{history}");
        let again = run_at(&deployment, columns, &format!("up --apply {plan} --yes"), None, 0).await;
        assert!(
            again.contains("the plan has been applied already, as release"),
            "{again}"
        );
        assert!(again.contains("is up to date, nothing to do"), "{again}");
        let yes = Some(("Deploy this? [y/N]", "y\n"));
        let back = run_at(&deployment, columns, "rollback", yes, 0).await;
        assert!(back.contains(&format!("ApiMemoryMb: {memory} → ")), "{back}");
        let outdated = run_at(&deployment, columns, &format!("up --apply {plan} --yes"), None, 4).await;
        assert!(
            words(&outdated).contains("what it brings was deployed as release"),
            "{outdated}"
        );
        run(&deployment, "gc --min-age 0s --keep 1 --dry-run", 0).await;
        run_at(
            &deployment,
            columns,
            "gc --min-age 0s --keep 1",
            Some(("Delete these? [y/N]", "y\n")),
            0,
        )
        .await;
        run(&deployment, "history", 0).await;
        let no = Some(("Delete this? [y/N]", "n\n"));
        run_at(&deployment, columns, "down", no, 3).await;
    }
    let yes = Some(("Delete this? [y/N]", "y\n"));
    run_at(&deployment, COLUMNS, "down", yes, 0).await;
    for line in ["describe", "drift", "logs", "events"] {
        run_at(&deployment, COLUMNS, line, None, 1).await;
    }
    deployment.purge().await.succeeded();
}
