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
    start(lines, None).await
}

/// The same, with operators' files of its own: the default ones, for the test to change.
pub async fn open_with_files(lines: &str) -> House {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    start(lines, Some(&default)).await
}

/// The same, with a script of its own and the default texts.
pub async fn open_with_script(script: &str) -> House {
    let data = tempfile::tempdir().expect("a folder");
    let prompts = data.path().join("script");
    fs::create_dir(&prompts).expect("a folder");
    fs::write(prompts.join("hotline.toml"), script).expect("a script");
    start_in(data, "", Some(&prompts)).await
}

async fn start(lines: &str, prompts: Option<&Path>) -> House {
    start_in(tempfile::tempdir().expect("a folder"), lines, prompts).await
}

async fn start_in(data: TempDir, lines: &str, prompts: Option<&Path>) -> House {
    let mut config = Config::parse("test.toml", lines).expect("a good configuration");
    config.listen = ([127, 0, 0, 1], 0).into();
    config.files.data = data.path().join("data");
    if let Some(prompts) = prompts {
        let own = data.path().join("prompts");
        copy(prompts, &own);
        config.files.prompts = Some(own);
    }
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
        for _ in 0..200 {
            let (status, body) = self.get(path).await;
            if wanted(status, &body) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{path} never answered as wanted; last: {:?}", self.get(path).await);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    let files = fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path());
    for path in files.filter(|path| path.is_file()) {
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("a copy");
    }
}
