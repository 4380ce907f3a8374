//! The connection of a command to AWS, and its interruption.

use std::path::Path;

use cfn_deploy::stack::Unfinished;
use cfn_deploy::unfinished;
use cfn_deploy::{Interrupt, Reporter, Session, interruptible};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use super::error::{CommandError, ErrorKind};
use super::hints::Hints;
use crate::aws::{Aws, Certificates, EndpointRefused, Signer};
use crate::environment::Endpoint;
use crate::settings::Settings;
use crate::ui::Ui;

/// Everything that a command needs in AWS, from the first call to the last.
pub(super) struct Connection<'settings> {
    aws: Aws,
    interrupt: Interrupt,
    listener: JoinHandle<()>,
    settings: &'settings Settings,
    ui: Ui,
}

impl<'settings> Connection<'settings> {
    /// Prepares for calls in the environment's region, and for interruption.
    ///
    /// # Errors
    /// The profile in use would redirect calls.
    pub(super) async fn reach(settings: &'settings Settings, ui: &Ui) -> Result<Self, CommandError> {
        let environment = &settings.environment;
        let endpoint = environment.endpoint.as_ref().map(Endpoint::as_str);
        let certificates = certificates(settings.certificates.as_deref())?;
        let aws = Aws::connect(environment.region.as_str(), endpoint, certificates)
            .await
            .map_err(refused)?;
        let (interrupter, interrupt) = interruptible();
        let listener = tokio::spawn(async move {
            asked_to_stop().await;
            interrupter.raise();
            // A user who asks twice does not want to wait for the current call.
            asked_to_stop().await;
            std::process::exit(ErrorKind::Interrupted.code().into());
        });
        Ok(Self {
            aws,
            interrupt,
            listener,
            settings,
            ui: ui.clone(),
        })
    }

    /// Starts a session in the environment's account, and in no other.
    ///
    /// # Errors
    /// The credentials belong to another account, or there are none, or AWS does not answer.
    pub(super) async fn session<'session>(
        &'session self,
        reporter: &'session mut dyn Reporter,
    ) -> Result<Session<'session, Aws>, CommandError> {
        let account = self.settings.environment.account.as_str();
        let opened = Session::open(&self.aws, reporter, self.interrupt.clone(), account);
        let opened = self.unless_interrupted(opened).await?;
        let session = opened.map_err(|error| self.hints().account(error))?;
        let environment = &self.settings.environment;
        Ok(session.of(environment.full_name(), environment.artifact_bucket()))
    }

    /// Runs `work` unless Ctrl-C comes first. `work` must leave nothing behind when it is dropped.
    ///
    /// # Errors
    /// It was interrupted.
    pub(super) async fn unless_interrupted<W: Future>(&self, work: W) -> Result<W::Output, CommandError> {
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            biased;
            () = interrupt.raised() => Err(self.hints().stopped()),
            done = work => Ok(done),
        }
    }

    /// Reports the unfinished runs on the environment's stack, each with the command that finishes it.
    pub(super) async fn tell_unfinished(&self, session: &Session<'_, Aws>) {
        let environment = &self.settings.environment;
        let bucket = environment.artifact_bucket();
        let runs = unfinished(session, &bucket, environment.stack.as_str()).await;
        self.tell(&runs);
    }

    /// Reports these runs.
    pub(super) fn tell(&self, runs: &[Unfinished]) {
        let stack = self.settings.environment.stack.as_str();
        self.ui.unfinished(stack, &self.hints().unfinished(runs));
    }

    /// Reports unfinished runs before a failure, because one of them may be its cause.
    pub(super) async fn failure(&self, session: &Session<'_, Aws>, failure: CommandError) -> CommandError {
        self.tell_unfinished(session).await;
        failure
    }

    /// Signs requests to function URLs; `None` if no source of credentials is configured.
    pub(super) fn signer(&self) -> Option<Signer> {
        self.aws.signer()
    }

    /// Completes on Ctrl-C.
    pub(super) fn interrupted(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut interrupt = self.interrupt.clone();
        async move { interrupt.raised().await }
    }

    /// AWS itself, for calls before the account is verified.
    pub(super) fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The hints for failures.
    pub(super) fn hints(&self) -> Hints<'settings> {
        let settings = self.settings;
        Hints::of(&settings.environment).with_template(&settings.template_name, &settings.template)
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.listener.abort();
        self.ui.calls(&self.aws.calls().to_vec());
    }
}

/// Returns when the process is asked to stop: by Ctrl-C, by a supervisor (SIGTERM), or by the closing of its terminal
/// (SIGHUP). If the process cannot listen for signals, they end it as usual.
async fn asked_to_stop() {
    let listening = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut terminate), Ok(mut hangup)) = listening else {
        return std::future::pending().await;
    };
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        Some(()) = terminate.recv() => {}
        Some(()) = hangup.recv() => {}
        else => std::future::pending().await,
    }
}

/// The certificates in the file that `AWS_CA_BUNDLE` names, if it names one.
///
/// # Errors
/// The certificates are unusable. Without them, calls would fail for a reason that is hard to find.
pub(super) fn certificates(file: Option<&Path>) -> Result<Option<Certificates>, CommandError> {
    let read = file.map(Certificates::read).transpose();
    read.map_err(|error| {
        CommandError::new(ErrorKind::Usage, error)
            .hint("it is a file of PEM certificates; unset it to trust the system's alone")
    })
}

fn refused(refused: EndpointRefused) -> CommandError {
    CommandError::new(ErrorKind::Usage, refused)
        .hint("take `endpoint_url` out of the profile and the `services` section that it names, or choose another one with `AWS_PROFILE`")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn a_supervisor_and_the_end_of_the_terminal_stop_as_ctrl_c_does() {
        for name in ["-TERM", "-HUP", "-INT"] {
            let listener = tokio::spawn(asked_to_stop());
            // The handlers are installed once the listener has run up to its wait.
            tokio::task::yield_now().await;
            let process = std::process::id().to_string();
            let sent = Command::new("kill").args([name, &process]).status().unwrap();
            assert!(sent.success());
            listener.await.unwrap();
        }
    }
}
