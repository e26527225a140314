//! The real program as a child process.

use roadstead_client::{Client, HeaderMap, Method};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

pub use roadstead_client::Answer;

/// How long start and stop may take.
const BOUND: Duration = Duration::from_secs(120);

/// How to start the program.
#[derive(Debug, Clone, Default)]
pub struct TestAppOptions {
    /// A PostgreSQL URL; SQLite in the data directory without it.
    pub database_url: Option<String>,
    /// The master key, which PostgreSQL needs.
    pub master_key: Option<String>,
    /// More environment, which wins over what is set here.
    pub environment: Vec<(String, String)>,
}

/// A running Roadstead with a data directory of its own. Killed when dropped.
pub struct TestApp {
    binary: String,
    home: TempDir,
    options: TestAppOptions,
    child: Option<Child>,
    output: Arc<Mutex<Output>>,
    /// What reads the output of the present start: each ends with it.
    readers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Output {
    /// Everything printed, over all starts.
    stdout: String,
    /// Everything logged, over all starts.
    stderr: String,
    url: Option<String>,
    metrics_url: Option<String>,
}

impl Output {
    /// Where it listens and where its metrics are is said in two lines.
    const fn is_ready(&self) -> bool {
        self.url.is_some() && self.metrics_url.is_some()
    }
}

impl TestApp {
    /// The administrator that [`Api::setup_admin`] makes.
    pub const ADMIN: &str = "padmin";
    /// Her password.
    pub const ADMIN_PASSWORD: &str = "padmin-canary-90b1e4";

    /// Starts `binary` (`env!("CARGO_BIN_EXE_roadstead")`) on SQLite.
    pub async fn start(binary: &str) -> Self {
        Self::start_with(binary, TestAppOptions::default()).await
    }

    /// Starts `binary` with options.
    ///
    /// # Panics
    /// When it is not ready within 120 s; its log is in the message.
    pub async fn start_with(binary: &str, options: TestAppOptions) -> Self {
        let mut app = Self {
            binary: binary.to_owned(),
            home: TempDir::with_prefix("roadstead-app-").unwrap(),
            options,
            child: None,
            output: Arc::default(),
            readers: Vec::new(),
        };
        app.launch().await;
        app
    }

    /// Where it listens: `http://127.0.0.1:PORT`. Changes with a restart.
    #[must_use]
    pub fn url(&self) -> String {
        self.output.lock().unwrap().url.clone().expect("it runs")
    }

    /// Where it shows its metrics.
    #[must_use]
    pub fn metrics_url(&self) -> Option<String> {
        self.output.lock().unwrap().metrics_url.clone()
    }

    /// The set-up link it has written into its data directory, if any.
    #[must_use]
    pub fn setup_link(&self) -> Option<String> {
        let link = std::fs::read_to_string(self.data_dir().join("setup-link")).ok()?;
        Some(link.trim().to_owned())
    }

    /// On PostgreSQL there is no file with the link; somebody on the host asks for one.
    fn link_maker(&self) -> Option<Mutex<std::process::Command>> {
        self.options.database_url.as_ref()?;
        let mut maker = std::process::Command::new(&self.binary);
        maker
            .args(["admin", "setup-link"])
            .current_dir(self.home.path())
            .envs(self.database());
        Some(Mutex::new(maker))
    }

    /// What names the database to the program.
    fn database(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let TestAppOptions {
            database_url,
            master_key,
            ..
        } = &self.options;
        [
            ("ROADSTEAD_DATABASE_URL", database_url.as_deref()),
            ("ROADSTEAD_SECURITY_MASTER_KEY", master_key.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Replaces the environment given at the start; it counts from the next start on.
    pub fn set_environment(&mut self, environment: Vec<(String, String)>) {
        self.options.environment = environment;
    }

    /// The PostgreSQL URL it was started with.
    #[must_use]
    pub fn database_url(&self) -> Option<&str> {
        self.options.database_url.as_deref()
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Everything logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.output.lock().unwrap().stderr.clone()
    }

    /// Everything printed so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.output.lock().unwrap().stdout.clone()
    }

    /// Fails when one of these secrets was logged or printed.
    ///
    /// # Panics
    /// When one was.
    pub fn assert_silent_about(&self, secrets: &[&str]) {
        let (log, stdout) = (self.log(), self.stdout());
        for secret in secrets {
            assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
            assert!(!stdout.contains(secret), "{secret} was printed:\n{stdout}");
        }
    }

    /// A client without a session.
    #[must_use]
    pub fn api(&self) -> Api {
        Api {
            client: Client::new(&self.url()).unwrap(),
            setup_link: self.setup_link(),
            link_maker: self.link_maker(),
        }
    }

    /// A client signed in as the administrator, who is made if need be.
    pub async fn admin(&self) -> Api {
        let api = self.api();
        let state = api.get("/api/v1/setup").await;
        if state.body["needed"] == json!(true) {
            api.setup_admin().await;
        } else {
            api.login(Self::ADMIN, Self::ADMIN_PASSWORD).await;
        }
        api
    }

    /// SIGKILL: as if the power went.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
        self.hear_it_out().await;
    }

    /// Waits until everything was read that a process which has ended wrote.
    async fn hear_it_out(&mut self) {
        for reader in self.readers.drain(..) {
            // A child of its own may hold the other end open; then what is there will have to do.
            let _ = tokio::time::timeout(BOUND, reader).await;
        }
    }

    /// SIGTERM, and waits until it has ended and everything it wrote was read; answers its exit
    /// code.
    ///
    /// # Panics
    /// When it has not ended after 120 s.
    pub async fn stop(&mut self) -> Option<i32> {
        let mut child = self.child.take().expect("it runs");
        let pid = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
            .expect("it runs");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let ended = tokio::time::timeout(BOUND, child.wait()).await;
        let Ok(status) = ended else {
            panic!("still running 120 s after SIGTERM:\n{}", self.log())
        };
        self.hear_it_out().await;
        status.unwrap().code()
    }

    /// Starts it again on the same data, killing it first if it runs. The port changes.
    pub async fn restart(&mut self) {
        self.kill().await;
        self.launch().await;
    }

    /// Starts it again, but stops waiting once `enough` says so of what it has printed since.
    /// Answers whether it became ready.
    ///
    /// # Panics
    /// When neither happens within 120 s.
    pub async fn try_restart(&mut self, enough: impl Fn(&str) -> bool) -> bool {
        self.kill().await;
        let before = self.stdout().len();
        self.spawn();
        let deadline = tokio::time::Instant::now() + BOUND;
        loop {
            if self.output.lock().unwrap().is_ready() {
                return true;
            }
            if enough(&self.stdout()[before..]) {
                return false;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "neither ready nor stopped:\n{}\n{}",
                self.stdout(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn launch(&mut self) {
        self.spawn();
        let deadline = tokio::time::Instant::now() + BOUND;
        loop {
            if self.output.lock().unwrap().is_ready() {
                break;
            }
            let ended = self.child.as_mut().and_then(|c| c.try_wait().unwrap());
            if ended.is_some() {
                self.hear_it_out().await;
            }
            assert!(
                ended.is_none() && tokio::time::Instant::now() < deadline,
                "not ready ({ended:?}):\n{}\n{}",
                self.stdout(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn spawn(&mut self) {
        {
            let mut output = self.output.lock().unwrap();
            output.url = None;
            output.metrics_url = None;
        }
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .current_dir(self.home.path())
            .env("ROADSTEAD_DATA_DIR", self.data_dir())
            .env("ROADSTEAD_SERVER_LISTEN", "127.0.0.1:0")
            .env("ROADSTEAD_SERVER_METRICS_LISTEN", "127.0.0.1:0")
            .env("ROADSTEAD_OUTBOUND_ALLOW", "127.0.0.0/8,::1/128")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.envs(self.database());
        for (name, value) in &self.options.environment {
            command.env(name, value);
        }
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.binary));
        self.readers = vec![
            collect(child.stdout.take().unwrap(), &self.output, take_stdout),
            collect(
                child.stderr.take().unwrap(),
                &self.output,
                |output, line| {
                    output.stderr.push_str(line);
                    output.stderr.push('\n');
                },
            ),
        ];
        self.child = Some(child);
    }
}

fn collect(
    from: impl AsyncRead + Unpin + Send + 'static,
    output: &Arc<Mutex<Output>>,
    take: fn(&mut Output, &str),
) -> JoinHandle<()> {
    let output = Arc::clone(output);
    tokio::spawn(async move {
        let mut lines = BufReader::new(from).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            take(&mut output.lock().unwrap(), &line);
        }
    })
}

fn take_stdout(output: &mut Output, line: &str) {
    output.stdout.push_str(line);
    output.stdout.push('\n');
    let url = || {
        line.split_whitespace()
            .find(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(str::to_owned)
    };
    if line.starts_with("Roadstead is ready:") {
        output.url = url().map(|u| u.trim_end_matches('/').to_owned());
    } else if line.starts_with("Metrics:") {
        output.metrics_url = url();
    }
}

/// Talks to a [`TestApp`] as a browser would. Whatever keeps an answer from arriving fails the
/// test; what the answer says is for the test to judge.
pub struct Api {
    client: Client,
    setup_link: Option<String>,
    /// Makes one where none is kept.
    link_maker: Option<Mutex<std::process::Command>>,
}

impl Api {
    /// A client of whatever serves there, without a session.
    ///
    /// # Panics
    /// When that is no address.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            client: Client::new(url).unwrap(),
            setup_link: None,
            link_maker: None,
        }
    }

    /// A client of whatever serves there, with an API token.
    ///
    /// # Panics
    /// When that is no address.
    #[must_use]
    pub fn with_token(url: &str, token: &str) -> Self {
        let token = roadstead_core::model::Secret::new(token.to_owned());
        Self {
            client: Client::new(url).unwrap().with_token(token),
            setup_link: None,
            link_maker: None,
        }
    }

    /// Sets a password with a one-time link and stays signed in.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn use_link(&self, url: &str, password: &str) -> Answer {
        let token = url.split_once("#token=").map_or("", |(_, token)| token);
        self.enter(
            "/api/v1/passwords",
            &json!({"token": token, "password": password}),
        )
        .await
    }

    /// The client below.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Makes the first administrator by the set-up link and signs in as her.
    ///
    /// # Panics
    /// When there is no link or it is refused.
    pub async fn setup_admin(&self) -> Answer {
        let made = self.link_maker.as_ref().map(|maker| {
            let output = maker.lock().unwrap().output().expect("the program starts");
            String::from_utf8(output.stdout).expect("a link")
        });
        let link = made.or_else(|| self.setup_link.clone());
        let link = link.expect("there is a set-up link");
        let token = link
            .split_once('#')
            .map_or("", |(_, fragment)| fragment.trim())
            .trim_start_matches("token=");
        let body = json!({
            "token": token,
            "name": TestApp::ADMIN,
            "password": TestApp::ADMIN_PASSWORD,
        });
        self.enter("/api/v1/setup", &body).await
    }

    /// Signs in.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn login(&self, name: &str, password: &str) -> Answer {
        self.enter(
            "/api/v1/session",
            &json!({"name": name, "password": password}),
        )
        .await
    }

    async fn enter(&self, path: &str, body: &Value) -> Answer {
        let answer = self.post(path, body).await;
        assert!(
            answer.status < 300,
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        if let Some(csrf) = answer.body["csrf_token"].as_str() {
            self.client.set_csrf_token(csrf.to_owned());
        }
        answer
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// `POST`.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// `PATCH` of the object that was at this generation: `If-Match: "<generation>"`.
    pub async fn patch(&self, path: &str, generation: i64, body: &Value) -> Answer {
        let tag = format!("\"{generation}\"");
        self.send(Method::PATCH, path, Some(body), &[("if-match", &tag)])
            .await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// Anything else, with headers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        self.client
            .send(method, path, map, body)
            .await
            .unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }
}
