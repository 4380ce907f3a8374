//! `deployer proxy`.

use cfn_deploy::describe;
use clap::Args;
use reqwest::Url;
use tokio::sync::mpsc;

use super::connection::Connection;
use super::deployment::reachable;
use super::error::{CommandError, ErrorKind};
use crate::proxy::{Proxy, ServeError};
use crate::settings::Settings;
use crate::ui::{Silent, Ui};

/// Sign requests to a store with IAM access, for curl or a browser
///
/// Listens on this machine alone, signs every request with the credentials in use, and sends it to the store. Whoever reaches it acts
/// with these credentials, so requests of other machines' names and of other sites' pages are refused. The explorer is
/// at `/explorer/`, the API's page at `/openapi/`. Ctrl-C ends it.
#[derive(Args, Debug)]
pub struct ProxyArgs {
    /// The port; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    port: u16,

    /// The output of the stack that holds the store's URL
    #[arg(long, value_name = "NAME", default_value = "EsUrl")]
    url_from: String,
}

/// Why there is no proxy.
#[derive(Debug, thiserror::Error)]
enum ProxyError {
    #[error("the stack `{stack}` has no output `{output}` that is a URL")]
    NoUrl { stack: String, output: String },
    #[error("there are no credentials to sign with")]
    NoCredentials,
    #[error("port {port} cannot be listened on")]
    Port {
        port: u16,
        #[source]
        source: std::io::Error,
    },
    #[error("the proxy ended")]
    Ended(#[source] ServeError),
}

/// The number of reported requests that may wait to be printed.
const UNREAD: usize = 256;

pub(super) async fn run(args: &ProxyArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let cloud = Connection::reach(settings, ui).await?;
    // On the heap: whoever waits for it should not have to hold all that it holds.
    let target = Box::pin(target(args, settings, &cloud)).await?;
    let failed = |error| CommandError::new(ErrorKind::Failed, error);
    let signer = cloud.signer().ok_or_else(|| failed(ProxyError::NoCredentials))?;
    let proxy = Proxy::listen(args.port).await.map_err(|source| {
        failed(ProxyError::Port {
            port: args.port,
            source,
        })
        .hint("choose another with `--port PORT`, or any with `--port 0`")
    })?;
    ui.note(&format!(
        "signing for `{target}` until Ctrl-C; whoever can reach the address acts with your credentials"
    ));
    ui.data(&format!("http://{}/\n", proxy.address()));
    let (told, mut forwarded) = mpsc::channel(UNREAD);
    let serving = proxy.serve(
        target,
        signer,
        told,
        cloud.aws().certificates(),
        cloud.interrupted(),
    );
    let telling = async {
        while let Some(one) = forwarded.recv().await {
            ui.forwarded(&one);
        }
    };
    let (served, ()) = tokio::join!(serving, telling);
    served.map_err(|error| failed(ProxyError::Ended(error)))
}

async fn target(args: &ProxyArgs, settings: &Settings, cloud: &Connection<'_>) -> Result<Url, CommandError> {
    let stack = settings.environment.stack.as_str();
    let mut reporter = Silent;
    let session = cloud.session(&mut reporter).await?;
    let bucket = settings.environment.artifact_bucket();
    let described = match cloud
        .unless_interrupted(describe(&session, stack, &bucket))
        .await?
    {
        Ok(described) => described,
        Err(error) => return Err(cloud.failure(&session, cloud.hints().describe(error)).await),
    };
    cloud.tell(&described.unfinished);
    let outputs = reachable(&described.outputs, &settings.environment);
    let url = outputs
        .get(&args.url_from)
        .and_then(|text| text.parse::<Url>().ok());
    url.filter(Url::has_host).ok_or_else(|| {
        let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
        let error = ProxyError::NoUrl {
            stack: stack.to_owned(),
            output: args.url_from.clone(),
        };
        CommandError::new(ErrorKind::Usage, error).hint(format!("its outputs are `{}`", names.join("`, `")))
    })
}
