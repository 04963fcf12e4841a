//! `qingjiang script`: which script is live, what would change, publish it, and go back.

use super::{files::Settings, say, spoken::Spoken};
use crate::{
    script::{
        self, Bundle, Language, Material, Source,
        versions::{Change, Difference, Origin, Publication, Store, Tree, Version, difference},
    },
    service::{
        config::{self, Tests},
        golden,
    },
};
use anyhow::{Context, bail};
use jiff::Timestamp;
use std::process::ExitCode;

/// See, publish and take back versions of the script.
///
/// Works beside a running service, which takes the newest version for its next call within a second, and without one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  qingjiang script log\n  qingjiang script diff\n  \
    qingjiang script publish -m \"国庆值班\"\n  qingjiang script rollback 12 -m \"old menu\"")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    spoken: Spoken,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The versions: number, time, author, what they changed, why
    Log {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// What lies between two versions; without numbers: between the live one and the files
    Diff {
        /// The older version [default: the live one]
        from: Option<u32>,
        /// The newer version [default: the files as they are now]
        to: Option<u32>,
    },
    /// Check the files and make them the live version
    Publish {
        /// What for
        #[arg(short, long, value_name = "WHY")]
        message: Option<String>,
        /// Publish though golden tests fail that the configuration asks for (files.tests); the version tells of it
        #[arg(long)]
        untested: bool,
    },
    /// Make an earlier version the live one again
    Rollback {
        /// Its number [default: the one before the live one]
        number: Option<u32>,
        /// What for
        #[arg(short, long, value_name = "WHY")]
        message: Option<String>,
    },
}

/// Runs the command; exit status 1 where the files are refused, or there is no such version.
///
/// # Errors
/// Where files or versions cannot be read or written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let files = args.settings.config()?.files;
    let desk = Desk { store: Store::of(&files.data), language: args.spoken.language(), files };
    match args.command {
        Command::Log { json } => desk.log(json),
        Command::Diff { from, to } => desk.diff(from, to),
        Command::Publish { message, untested } => desk.publish(message, untested),
        Command::Rollback { number, message } => desk.roll_back(number, message),
    }
}

/// Where the operator works.
struct Desk {
    store: Store,
    language: Language,
    files: config::Files,
}

impl Desk {
    fn log(&self, json: bool) -> anyhow::Result<ExitCode> {
        let versions = self.store.versions()?;
        if json {
            say(serde_json::to_string(&versions)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        if versions.is_empty() {
            say(self.tell("还没有发布过版本", "no version was published yet"))?;
        }
        let nothing = Tree::default();
        for (place, version) in versions.iter().enumerate().rev() {
            let before = place.checked_sub(1).map_or(&nothing, |before| &versions[before].files);
            say(self.line(version, before))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn line(&self, version: &Version, before: &Tree) -> String {
        let at = version.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
        let origin = match version.origin {
            Origin::First => self.tell("首次启动", "first start").to_owned(),
            Origin::Saved => self.tell("保存", "saved").to_owned(),
            Origin::Published => self.tell("发布", "published").to_owned(),
            Origin::RolledBack { to } => format!("{} {to}", self.tell("回到", "rolled back to")),
        };
        let untested = if version.untested { self.tell("  (未测试)", "  (untested)") } else { "" };
        let why = version.why.as_deref().map_or(String::new(), |why| format!("  {why}"));
        let Version { number, author, files, .. } = version;
        format!("{number:>4}  {}  {at}  {author}  {origin}  {}{untested}{why}", files.id(), self.changed(before, files))
    }

    /// The files that differ, by name while they are few.
    fn changed(&self, before: &Tree, after: &Tree) -> String {
        let mut names: Vec<&str> = before.changes(after).collect();
        names.sort_unstable();
        match (self.language, names.len()) {
            (Language::Chinese, 0) => "没有变化".into(),
            (Language::English, 0) => "no change".into(),
            (_, 1..=3) => names.join(", "),
            (Language::Chinese, count) => format!("{count} 个文件"),
            (Language::English, count) => format!("{count} files"),
        }
    }

    fn diff(&self, from: Option<u32>, to: Option<u32>) -> anyhow::Result<ExitCode> {
        let Some(newest) = self.store.newest_number()? else {
            bail!(self.tell("还没有发布过版本", "no version was published yet"))
        };
        let old = self.store.material(&self.store.version(from.unwrap_or(newest))?)?;
        let new = match to {
            Some(number) => self.store.material(&self.store.version(number)?)?,
            None => self.on_disk()?,
        };
        self.show(&difference(&old, &new))?;
        Ok(ExitCode::SUCCESS)
    }

    fn show(&self, found: &Difference) -> anyhow::Result<()> {
        if found.is_empty() {
            say(self.tell("没有变化", "no difference"))?;
        }
        for text in &found.texts {
            say(text.trim_end())?;
        }
        let seconds = |ms: u64| ms as f64 / 1000.0;
        for (path, change) in &found.recordings {
            say(match *change {
                Change::Added(ms) => format!("+ {path}  {:.1} s", seconds(ms)),
                Change::Removed(ms) => format!("- {path}  {:.1} s", seconds(ms)),
                Change::Changed { from_ms, to_ms } => {
                    format!("~ {path}  {:.1} s → {:.1} s", seconds(from_ms), seconds(to_ms))
                }
            })?;
        }
        Ok(())
    }

    fn publish(&self, why: Option<String>, untested: bool) -> anyhow::Result<ExitCode> {
        let material = self.on_disk()?;
        let inspected = script::examine(None, &material);
        for problem in &inspected.problems {
            say(problem.line(self.language))?;
        }
        let Some(bundle) = inspected.bundle else {
            say(self.tell("没有发布:先改正上面的错误", "not published: mend the errors above first"))?;
            return Ok(ExitCode::FAILURE);
        };
        let live = self.store.newest()?;
        if live.is_some_and(|live| live.files == Tree::of(&material)) {
            say(self.tell("没有变化,不用发布", "no difference to the live version: nothing to publish"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let tested = untested || self.files.tests == Tests::Ignore || self.passes(&bundle, &material)?;
        if !tested {
            say(self.tell(
                "没有发布:上面的测试没有通过(一定要发布,加 --untested)",
                "not published: the tests above fail (--untested publishes all the same)",
            ))?;
            return Ok(ExitCode::FAILURE);
        }
        let untested = untested && self.files.tests == Tests::Refuse;
        let publication = Publication { untested, ..self.publication(Origin::Published, why) };
        let version = self.store.keep(&material, publication)?;
        self.is_live(&version)
    }

    /// Whether every golden test passes; those that fail are told.
    fn passes(&self, bundle: &Bundle, material: &Material) -> anyhow::Result<bool> {
        let tests = self.files.prompts.clone().map_or(Source::Embedded, Source::Directory).tests()?;
        let played = golden::play(&tests, &golden::stage(bundle, material));
        for complaint in played.iter().filter_map(|played| played.complaint(self.language)) {
            say(complaint)?;
        }
        Ok(played.iter().all(golden::Played::passed))
    }

    fn roll_back(&self, number: Option<u32>, why: Option<String>) -> anyhow::Result<ExitCode> {
        let newest = self.store.newest_number()?.unwrap_or(0);
        let number = number.unwrap_or(newest.saturating_sub(1));
        let version = match self.store.version(number) {
            Ok(version) => version,
            Err(error) => {
                say(match self.language {
                    Language::Chinese => format!("没有版本 {number}"),
                    Language::English => error.to_string(),
                })?;
                return Ok(ExitCode::FAILURE);
            }
        };
        // A version that this release cannot run must not become the live one.
        let inspected = script::examine(None, &self.store.material(&version)?);
        if inspected.bundle.is_none() {
            for problem in &inspected.problems {
                say(problem.line(self.language))?;
            }
            say(self.tell("这个版本现在用不了", "this release cannot use that version"))?;
            return Ok(ExitCode::FAILURE);
        }
        let back = self.publication(Origin::RolledBack { to: number }, why);
        let publication = Publication { untested: version.untested, ..back };
        let version = self.store.roll_back(&version, publication)?;
        say(self.tell(
            "您的文件没有动:改好再保存(或发布),才会再次生效",
            "your files were left as they are: they count again once they are changed, or published",
        ))?;
        self.is_live(&version)
    }

    fn is_live(&self, version: &Version) -> anyhow::Result<ExitCode> {
        let (number, id) = (version.number, version.files.id());
        say(match self.language {
            Language::Chinese => format!("版本 {number}({id})已发布,下一个来电起生效"),
            Language::English => format!("version {number} ({id}) is live from the next call on"),
        })?;
        Ok(ExitCode::SUCCESS)
    }

    fn publication(&self, origin: Origin, why: Option<String>) -> Publication {
        let author = uzers::get_current_username().map_or_else(|| "?".into(), |name| name.to_string_lossy().into());
        Publication { at: Timestamp::now(), author, origin, why, untested: false }
    }

    fn on_disk(&self) -> anyhow::Result<Material> {
        let source = |path: &Option<_>| path.clone().map_or(Source::Embedded, Source::Directory);
        Material::read(None, &source(&self.files.prompts), &source(&self.files.audio))
            .context(self.tell("读不到文件", "the files cannot be read"))
    }

    fn tell(&self, chinese: &'static str, english: &'static str) -> &'static str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}
