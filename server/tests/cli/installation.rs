//! A temporary installation for a test, and the program running in it.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use runlens_domain::testing::{Backend, TestPlatform};
use tempfile::TempDir;

/// Time that a process may take for one step, long enough for a busy machine.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// A database, files and a working directory.
pub(crate) struct Installation {
    directory: Arc<TempDir>,
    program: PathBuf,
}

impl Installation {
    /// An installation whose tables are empty.
    pub(crate) async fn new() -> Self {
        Self::of(&TestPlatform::new(Backend::Sqlite).await).await
    }

    /// An installation with a copy of a test platform's database.
    pub(crate) async fn of(test: &TestPlatform) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(directory.path().join("files")).expect("a directory");
        let installation = Self {
            directory: Arc::new(directory),
            program: PathBuf::from(env!("CARGO_BIN_EXE_runlens")),
        };
        let database = installation.path("runlens.db");
        test.sql(&format!("VACUUM INTO '{}'", database.display())).await;
        installation
    }

    /// The same installation with the program at another path.
    pub(crate) fn with_program(mut self, program: PathBuf) -> Self {
        self.program = program;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command of the program with this installation's settings, without `RUNLENS_*` variables of the
    /// environment.
    fn command<A: AsRef<OsStr>>(&self, arguments: &[A], settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.directory.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RUNLENS_") {
                command.env_remove(name);
            }
        }
        command
            .env("RUNLENS_DATABASE_URL", "sqlite://runlens.db")
            .env("RUNLENS_FILES_ROOT", "files")
            .env("RUNLENS_LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied());
        command
    }

    /// Runs a command until it exits.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A], settings: &[(&str, &str)]) -> Output {
        self.command(arguments, settings)
            .output()
            .expect("the program runs")
    }

    /// Starts the server and waits until it listens.
    pub(crate) fn serve(&self, settings: &[(&str, &str)]) -> ServerProcess {
        let mut child = self
            .command(&["serve"], settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let stderr = child.stderr.take().expect("a pipe");
        let (sender, lines) = channel();
        // The thread ends when the process closes the pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = ServerProcess {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            lines,
            log: Vec::new(),
            _directory: self.directory.clone(),
        };
        server.address = server.wait_for_log(listen_address);
        server
    }
}

/// The listen address in a line of the log, with the port that the system has assigned.
fn listen_address(line: &str) -> Option<SocketAddr> {
    line.match_indices("127.0.0.1:").find_map(|(start, host)| {
        let port = line[start + host.len()..]
            .split(|character: char| !character.is_ascii_digit())
            .next()?;
        let port = port.parse::<u16>().ok().filter(|port| *port != 0)?;
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    })
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
}

/// A running `runlens serve`, killed when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) address: SocketAddr,
    lines: Receiver<String>,
    log: Vec<String>,
    /// Keeps the directory of the installation while the server runs.
    _directory: Arc<TempDir>,
}

impl ServerProcess {
    /// Reads the log until a line satisfies `find`.
    pub(crate) fn wait_for_log<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> T {
        loop {
            match self.lines.recv_timeout(STEP_TIMEOUT) {
                Ok(line) => {
                    let found = find(&line);
                    self.log.push(line);
                    if let Some(found) = found {
                        return found;
                    }
                }
                Err(error) => panic!("no such line in the log ({error}):\n{}", self.log.join("\n")),
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let name = match signal {
            Signal::Interrupt => "INT",
            Signal::Terminate => "TERM",
        };
        // The standard library can send SIGKILL only.
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status()
            .expect("a shell");
        assert!(status.success(), "{signal:?}");
    }

    /// Waits until the process exits, and returns its status and the complete log.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        // The pipe closes with the process.
        let deadline = Instant::now() + STEP_TIMEOUT;
        while let Ok(line) = self
            .lines
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            self.log.push(line);
        }
        assert!(
            Instant::now() < deadline,
            "the server does not stop:\n{}",
            self.log.join("\n")
        );
        let status = self.child.wait().expect("a status");
        (status, std::mem::take(&mut self.log))
    }

    pub(crate) fn connect(&self) -> Connection {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(STEP_TIMEOUT)).expect("a timeout");
        Connection(BufReader::new(stream))
    }

    /// Sends a GET request and returns the response.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut connection = self.connect();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        connection.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        ));
        connection.reply()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail if the process has already exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection for raw HTTP/1.1 requests.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).expect("sent");
    }

    /// Reads a status line and headers.
    pub(crate) fn head(&mut self) -> Reply {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).expect("a head"), 0, "{head}");
        }
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        Reply {
            status,
            head,
            body: Vec::new(),
        }
    }

    /// Reads a response until the server closes the connection.
    pub(crate) fn reply(mut self) -> Reply {
        let head = self.head();
        Reply {
            body: self.rest(),
            ..head
        }
    }

    /// Reads everything until the server closes the connection.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).expect("a body");
        rest
    }
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The value of a header; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Creates a hard link, or a copy if that fails.
pub(crate) fn link_or_copy(from: &Path, to: &Path) {
    if std::fs::hard_link(from, to).is_err() {
        std::fs::copy(from, to).expect("copied");
    }
}
