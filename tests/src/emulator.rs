//! An emulator of AWS, shared by all tests of a run.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::workspace;

/// The emulator's region.
pub(crate) const REGION: &str = "eu-central-1";

/// An emulator of AWS on its own port. It ends with the process that started it, however that ends.
#[derive(Debug)]
pub struct Emulator {
    endpoint: String,
    log: PathBuf,
    watchdog: Child,
    /// Open as long as this process lives. The watchdog reads from it, and stops the emulator at end of file.
    _lifeline: ChildStdin,
}

/// Runs its arguments as a command, and ends that with all its children when standard input ends. The watchdog has its own
/// process group, so that an interrupt at the terminal does not end it before its work is done.
const WATCHDOG: &str = r#"
"$@" &
trap '' TERM
cat >/dev/null
kill -TERM 0
sleep 1
kill -KILL 0
"#;

impl Emulator {
    const READY_WITHIN: Duration = Duration::from_mins(1);

    /// The emulator of this run, started on first use.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Emulator> = OnceCell::const_new();
        SHARED
            .get_or_init(|| async {
                let mut emulator = Self::start();
                emulator.wait_until_ready().await;
                emulator
            })
            .await
    }

    /// The address of every service.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn start() -> Self {
        let program = workspace::tool("ministack");
        let port = free_port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let folder = workspace::records();
        fs::create_dir_all(&folder).expect("the target folder can be written to");
        let log = folder.join(format!("emulator-{port}.log"));
        let output = File::create(&log).expect("the target folder can be written to");
        let mut watchdog = Command::new("sh");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            watchdog.env_remove(name);
        }
        let mut watchdog = watchdog
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(program)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("MINISTACK_REGION", REGION)
            .env("AUTH", "true")
            .env("AWS_ENDPOINT_URL", &endpoint)
            // The call of a function occupies a thread until its answer, and the function's own calls need another:
            // with the emulator's default of 64, 32 writers leave none free, and answers stall for seconds.
            .env("MINISTACK_WORKER_THREADS", "256")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(
                output
                    .try_clone()
                    .expect("a file can be written to from two places"),
            )
            .stderr(output)
            .spawn()
            .expect("every Unix has `sh`");
        let lifeline = watchdog.stdin.take().expect("standard input is piped");
        Self {
            endpoint,
            log,
            watchdog,
            _lifeline: lifeline,
        }
    }

    async fn wait_until_ready(&mut self) {
        // Every use of HTTP here comes after this. Another test may have installed the provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let health = format!("{}/_ministack/health", self.endpoint);
        let began = Instant::now();
        while began.elapsed() < Self::READY_WITHIN {
            match reqwest::get(&health).await {
                Ok(answer) if answer.status().is_success() => return,
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
            if self.watchdog.try_wait().is_ok_and(|ended| ended.is_some()) {
                break;
            }
        }
        panic!("the emulator is not ready; its log is {}", self.log.display());
    }
}

/// A port that nobody listens on now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| match error.kind() {
        ErrorKind::AddrInUse => panic!("every port of the loopback interface is taken"),
        _ => panic!("the loopback interface cannot be listened on: {error}"),
    });
    listener.local_addr().expect("a listener has an address").port()
}
