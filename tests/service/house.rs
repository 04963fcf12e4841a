//! A service of its own for each test: a free port, a folder of its own.

use qingjiang::{
    console,
    service::{self, Config, Running},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// A running service and its data.
pub struct House {
    pub running: Running,
    pub data: TempDir,
}

/// Starts a service with these lines of configuration.
pub async fn open(lines: &str) -> House {
    start(lines, &[]).await
}

/// The same, with operators' files of its own: the default ones, for the test to change.
pub async fn open_with_files(lines: &str) -> House {
    start(lines, &["prompts"]).await
}

/// The same, with recordings of its own too.
pub async fn open_with_all_files(lines: &str) -> House {
    start(lines, &["prompts", "audio"]).await
}

/// The same, with a script of its own and the default texts.
pub async fn open_with_script(script: &str) -> House {
    let data = tempfile::tempdir().expect("a folder");
    let prompts = data.path().join("prompts");
    fs::create_dir(&prompts).expect("a folder");
    fs::write(prompts.join("hotline.toml"), script).expect("a script");
    start_in(data, "", Some(prompts), None).await
}

async fn start(lines: &str, own: &[&str]) -> House {
    let data = tempfile::tempdir().expect("a folder");
    let own_folder = |name: &str| {
        let folder = own.contains(&name).then(|| data.path().join(name))?;
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &folder);
        Some(folder)
    };
    let (prompts, audio) = (own_folder("prompts"), own_folder("audio"));
    start_in(data, lines, prompts, audio).await
}

async fn start_in(data: TempDir, lines: &str, prompts: Option<PathBuf>, audio: Option<PathBuf>) -> House {
    let mut config = Config::parse("test.toml", lines).expect("a good configuration");
    config.listen = ([127, 0, 0, 1], 0).into();
    config.files.data = data.path().join("data");
    config.files.prompts = prompts;
    config.files.audio = audio;
    let running = service::start(config, console::router).await.expect("a free port");
    House { running, data }
}

impl House {
    /// The operators' files, where the test may change them.
    pub fn prompts(&self) -> PathBuf {
        self.data.path().join("prompts")
    }

    /// The address of a path.
    pub fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }

    /// Asks for a path: status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(self.http(path)).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    /// Posts a form; the body of the answer.
    pub async fn post(&self, path: &str, form: &'static str) -> String {
        let request = reqwest::Client::new().post(self.http(path));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        request.send().await.expect("an answer").text().await.expect("a body")
    }

    /// Waits until a path answers what `wanted` accepts.
    pub async fn until(&self, path: &str, wanted: impl Fn(u16, &str) -> bool) -> String {
        for _ in 0..1200 {
            let (status, body) = self.get(path).await;
            if wanted(status, &body) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{path} never answered as wanted; last: {:?}", self.get(path).await);
    }
}

/// The files of a folder and of the folders in it, but no golden tests: those are a test's own.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for path in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let to = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true if path.ends_with("prompts/tests") => {}
            true => copy(&path, &to),
            false => drop(fs::copy(&path, to).expect("a copy")),
        }
    }
}
