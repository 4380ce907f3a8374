//! Connections that break after a request is carried out and before its answer arrives.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use event_store_e2e::{Emulator, Environment};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::deployment;

#[tokio::test]
async fn an_answer_that_is_cut_off_on_its_way_costs_neither_the_run_nor_a_second_deployment() {
    for operation in ["CreateChangeSet", "ExecuteChangeSet"] {
        let line = Line::that_cuts_off(operation, Emulator::shared().await.endpoint()).await;
        let name = format!("cut-{}", operation.to_lowercase());
        let environment = Environment::staging_like(&name).through(&line.address());
        let mut deployment = deployment(environment).await;
        for cuts in 1..=2 {
            deployment.up(&["--json"]).await.succeeded();
            assert_eq!(line.cuts(), cuts, "{operation}");
            let history = deployment.run("history", &["--json"]).await.succeeded();
            assert_eq!(history.stdout.matches("\"outcome\"").count(), cuts, "{history}");
            line.mend();
            // The same command again has nothing to do: the first run has finished.
            let again = deployment.up(&[]).await.succeeded();
            assert!(again.stderr.contains("nothing to do"), "{again}");
            line.cut_once_more();
            deployment.change(|environment| environment.with("ApiMemoryMb", "512"));
        }
        line.mend();
        deployment.purge().await.succeeded();
    }
}

/// A proxy to the emulator that loses the answer to an operation once.
struct Line {
    address: SocketAddr,
    cuts: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
}

impl Line {
    async fn that_cuts_off(operation: &'static str, emulator: &str) -> Self {
        let emulator = emulator.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            address: listener.local_addr().unwrap(),
            cuts: Arc::default(),
            left: Arc::new(AtomicUsize::new(1)),
        };
        let (cuts, left) = (line.cuts.clone(), line.left.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&emulator).await.unwrap();
                tokio::spawn(carry(client, server, operation, cuts.clone(), left.clone()));
            }
        });
        line
    }

    fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }

    fn mend(&self) {
        self.left.store(0, Ordering::SeqCst);
    }

    fn cut_once_more(&self) {
        self.left.store(1, Ordering::SeqCst);
    }
}

/// Forwards bytes both ways, until the first byte of the answer to the operation.
async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    operation: &str,
    cuts: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
) {
    let action = format!("Action={operation}&");
    let (mut request, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
    let mut asked = Vec::new();
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let Ok(length @ 1..) = read else { return };
                asked.extend_from_slice(&request[..length]);
                if server.write_all(&request[..length]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                let is_asked = String::from_utf8_lossy(&asked).contains(&action);
                asked.clear();
                let may_cut = |left: usize| left.checked_sub(1);
                if is_asked && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, may_cut).is_ok() {
                    cuts.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if client.write_all(&answer[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
