//! A throw-away PostgreSQL cluster, from the binaries of the Debian package, gone with the process that started it.
//!
//! A small shell script owns the server. Its standard input is a pipe from us: when we end, however that happens, the
//! pipe closes, and the script stops the server and removes its files. Where we run as root, it runs as user `postgres`.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a cluster may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes a cluster in `$1`, serves it with the settings that follow, and ends when the standard input does. The server
/// must not inherit that input, and `cat` returns only when nobody holds its other end.
const SCRIPT: &str = r#"
set -eu
bin=$1; folder=$2; shift 2
trap 'rm -rf "$folder"' EXIT
mkdir -m 700 "$folder"
"$bin/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 --locale C --no-sync >"$folder/log" 2>&1 </dev/null
"$bin/postgres" -D "$folder/data" -k "$folder" "$@" >>"$folder/log" 2>&1 </dev/null &
server=$!
echo started
cat >/dev/null || true
kill -QUIT "$server" 2>/dev/null || true
wait "$server" || true
"#;

/// How the cluster runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Wait for the disk at each commit, as in service. Off by default: tests of logic do not cut the power.
    pub fsync: bool,
    /// Listen on a free port of the loopback address too, for addresses without a socket's path.
    pub tcp: bool,
}

/// Why there is no cluster.
#[derive(Debug)]
pub struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    port: u16,
    tcp: bool,
    databases: AtomicU32,
    /// Holds the server alive.
    life: Option<ChildStdin>,
    script: Child,
}

impl Cluster {
    /// Makes and starts a cluster; it accepts connections when this returns.
    pub fn start(options: Options) -> Result<Self, Unavailable> {
        let bin = binaries().ok_or_else(|| Unavailable("no PostgreSQL in /usr/lib/postgresql (Debian package postgresql)".to_owned()))?;
        let port = free_port()?;
        let number = crate::random::number().map_err(unavailable)?;
        let folder = std::env::temp_dir().join(format!("skranke-postgres-{number:x}"));
        let mut script = as_postgres();
        script
            .arg("sh")
            .arg("-c")
            .arg(SCRIPT)
            .arg("postgres-cluster")
            .arg(&bin)
            .arg(&folder);
        let setting = |name: &str, value: &str| format!("--{name}={value}");
        let on_off = |on| if on { "on" } else { "off" };
        script
            .arg(setting("port", &port.to_string()))
            .arg(setting("fsync", on_off(options.fsync)))
            .arg(setting("full_page_writes", on_off(options.fsync)))
            .arg(setting("listen_addresses", if options.tcp { "127.0.0.1" } else { "" }))
            .arg(setting("max_connections", "200"))
            .arg(setting("shared_buffers", "64MB"));
        let mut script = script
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(unavailable)?;
        let cluster = Self {
            life: script.stdin.take(),
            folder,
            bin,
            port,
            tcp: options.tcp,
            databases: AtomicU32::new(0),
            script,
        };
        cluster.ready()
    }

    /// Waits until it accepts connections.
    fn ready(mut self) -> Result<Self, Unavailable> {
        let mut started = [0; 8];
        let told = self.script.stdout.as_mut().map(|output| output.read_exact(&mut started));
        if !matches!(told, Some(Ok(()))) {
            return Err(Unavailable("initdb failed".to_owned()));
        }
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let ready = self.client("pg_isready").arg("--quiet").status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(self);
            }
            #[expect(clippy::disallowed_methods, reason = "a test waits for another process")]
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(Unavailable("PostgreSQL did not start".to_owned()))
    }

    fn client(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir("/").arg("--host").arg(&self.folder);
        command.arg("--port").arg(self.port.to_string()).arg("--username=postgres");
        command
    }

    /// Makes an empty database and gives its address.
    pub fn create_database(&self) -> Result<String, Unavailable> {
        let name = format!("skranke{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = self.client("createdb").arg(&name).output().map_err(unavailable)?;
        if !made.status.success() {
            return Err(Unavailable(String::from_utf8_lossy(&made.stderr).into_owned()));
        }
        Ok(self.url(&name))
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        if self.tcp {
            return format!("postgres://postgres@127.0.0.1:{}/{database}", self.port);
        }
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{database}", self.port)
    }

    /// Runs a statement and gives what `psql` prints of it, without ornament.
    pub fn psql(&self, database: &str, statement: &str) -> Result<String, Unavailable> {
        let mut psql = self.client("psql");
        let asked = psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]);
        let answer = asked.output().map_err(unavailable)?;
        if !answer.status.success() {
            return Err(Unavailable(String::from_utf8_lossy(&answer.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.life.take());
        // The script ends by itself; waiting leaves no zombie.
        let _ = self.script.wait();
    }
}

fn unavailable(error: impl fmt::Display) -> Unavailable {
    Unavailable(error.to_string())
}

/// The newest version installed.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// A command that runs what its arguments say as user postgres where we are root, and as ourselves otherwise.
fn as_postgres() -> Command {
    let root = Path::new("/proc/self")
        .metadata()
        .is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        command
    } else {
        Command::new("env")
    }
}

fn free_port() -> Result<u16, Unavailable> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(unavailable)?;
    Ok(listener.local_addr().map_err(unavailable)?.port())
}
