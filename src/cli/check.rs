//! `qingjiang check`: everything operators own held against the rules, before a caller hears it.

use super::{files::Files, spoken::Spoken};
use crate::script::{self, Language, Material, Problem, Severity, Source, callers::shown, keys};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::json;
use std::{
    fmt,
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Check the script, the texts and the recordings.
///
/// Prints `file:line:col: message` for every problem, with the line itself and what to do. Exits with 1 where there is
/// an error, with 0 where there is none (warnings are no errors), with 2 where the files cannot be read.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  qingjiang check\n  qingjiang check prompts --audio audio --lang zh\n  qingjiang check --release\n  qingjiang check --json\n  qingjiang check --schema > hotline.schema.json\n  qingjiang check --guide --lang zh > keys.md"
)]
pub struct Args {
    /// The directory of hotline.toml and the texts [default: ./prompts where there is one, else the built-in script]
    dir: Option<PathBuf>,
    /// The directory of the recordings [default: ./audio where there is one, else the built-in recordings]
    #[arg(long, value_name = "DIR")]
    audio: Option<PathBuf>,
    #[command(flatten)]
    spoken: Spoken,
    /// Hold it against what a release needs: every recording that a machine speaks is an error
    #[arg(long)]
    release: bool,
    /// Print one JSON array, for editors
    #[arg(long)]
    json: bool,
    /// Print the JSON Schema of hotline.toml, by which editors complete and underline, and check nothing
    #[arg(long, conflicts_with_all = ["dir", "audio", "json"])]
    schema: bool,
    /// Print what every key of the files takes, its default and what for, as Markdown, and check nothing
    #[arg(long, conflicts_with_all = ["dir", "audio", "json", "schema"])]
    guide: bool,
}

/// Runs the command.
///
/// # Errors
/// Where the files cannot be read, or the answer cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.schema {
        print(&format!("{:#}\n", keys::schema()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let language = args.spoken.language();
    if args.guide {
        print(&keys::reference(language))?;
        return Ok(ExitCode::SUCCESS);
    }
    let Files { prompts, audio } = Files { prompts: args.dir.clone(), audio: args.audio.clone() }.or_here();
    let source = |folder: Option<PathBuf>| folder.map_or(Source::Embedded, Source::Directory);
    let material = Material::read(None, &source(prompts), &source(audio))?;
    let mut problems = script::examine(None, &material).problems;
    problems.extend(script::overdue(&material.files, jiff::Timestamp::now()));
    if args.release {
        problems.extend(script::sheet::owed(&material));
    }
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = match args.json {
        true => format!("{}\n", as_json(&problems, language)),
        false => as_text(&problems, language, colour),
    };
    print(&text)?;
    Ok(ExitCode::from(u8::from(problems.iter().any(|problem| problem.severity() == Severity::Error))))
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A pipe that was closed early (`| head`) is nobody's fault.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn as_json(problems: &[Problem], language: Language) -> serde_json::Value {
    problems.iter().map(|problem| entry(problem, language)).collect()
}

fn entry(problem: &Problem, language: Language) -> serde_json::Value {
    let (line, column) = problem.place.line_column();
    let (end_line, end_column) = problem.place.end().line_column();
    json!({
        "severity": problem.severity().as_str(),
        "code": problem.fault.code(),
        "file": problem.place.file.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "message": problem.message(language),
        "help": problem.help(language),
    })
}

fn as_text(problems: &[Problem], language: Language, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_context_lines(1);
    let mut text = String::new();
    for problem in problems {
        let mut drawing = String::new();
        let source = shown(problem.place.file.name(), &problem.place.file.text);
        // What cannot be drawn is still said.
        let _ = handler.render_report(&mut drawing, &Drawn { problem, source, language });
        text.push_str(&format!("{}\n{drawing}\n", problem.line(language)));
    }
    text.push_str(&summary(problems, language));
    text
}

fn summary(problems: &[Problem], language: Language) -> String {
    let count = |severity| problems.iter().filter(|problem| problem.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match (language, errors, warnings) {
        (Language::Chinese, 0, 0) => "没有问题\n".into(),
        (Language::Chinese, ..) => format!("{errors} 个错误,{warnings} 个警告\n"),
        (Language::English, 0, 0) => "no problems\n".into(),
        (Language::English, ..) => format!("{errors} error(s), {warnings} warning(s)\n"),
    }
}

/// A problem as miette draws it: the message has been printed before it, so its code stands for it.
#[derive(Debug)]
struct Drawn<'p> {
    problem: &'p Problem,
    /// Its file, without the numbers of callers.
    source: String,
    language: Language,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.fault.code())
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.help(self.language)))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.problem.place.span.clone();
        Some(Box::new(std::iter::once(LabeledSpan::underline(span))))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{SourceFile, proofread};

    #[test]
    fn the_first_line_is_for_editors_and_the_rest_shows_the_line() {
        let text = as_text(&unknown_step(), Language::English, false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "hotline.toml:2:9: there is no step `welcom`");
        assert!(lines.iter().any(|line| line.contains("start = \"welcom\"")), "{text}");
        assert!(text.contains("did you mean `welcome`?"), "{text}");
        assert_eq!(lines.last(), Some(&"1 error(s), 0 warning(s)"));
    }

    #[test]
    fn editors_get_every_place_in_json() {
        let json = as_json(&unknown_step(), Language::Chinese);
        assert_eq!(
            json,
            json!([{
                "severity": "error", "code": "unknown_step", "file": "hotline.toml",
                "line": 2, "column": 9, "end_line": 2, "end_column": 17,
                "message": "没有 `welcom` 这一步", "help": "是不是 `welcome`？",
            }])
        );
    }

    #[test]
    fn a_directory_that_is_not_there_is_not_a_wrong_script() {
        let args = Args {
            dir: Some("/nowhere/prompts".into()),
            audio: None,
            spoken: Spoken::default(),
            release: false,
            json: false,
            schema: false,
            guide: false,
        };
        let error = run(&args).expect_err("nothing there").to_string();
        assert!(error.contains("/nowhere/prompts"), "{error}");
    }

    #[test]
    fn a_wrong_list_of_callers_is_drawn_without_its_numbers() {
        let files = [
            SourceFile::new("hotline.toml", "[step.agent]\nqueue = \"q\"\n"),
            SourceFile::new("callers.toml", "vip = [\"13812345678\", \"1381234567x\"]\n"),
        ];
        let text = as_text(&proofread(&files).problems, Language::Chinese, false);
        assert!(text.contains("callers.toml:1:23") && text.contains("***********"), "{text}");
        assert!(!text.contains("1381234"), "{text}");
    }

    fn unknown_step() -> Vec<Problem> {
        let text = "[hotline]\nstart = \"welcom\"\n[step.welcome]\nsay = \"welcome\"\nspeech = \"agent\"\n[step.agent]\nqueue = \"q\"\n";
        proofread(&[SourceFile::new("hotline.toml", text)]).problems
    }
}
