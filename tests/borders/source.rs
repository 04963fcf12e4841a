//! Rust source as tokens: the paths that it names, and what it does that a pure room must not.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What a pure room does without: sockets, tasks, threads and clocks, by the path they are had by.
const SHELL_ONLY: [&[&str]; 17] = [
    &["tokio"],
    &["tokio_tungstenite"],
    &["futures_util"],
    &["hyper"],
    &["hyper_util"],
    &["axum"],
    &["reqwest"],
    &["rusqlite"],
    &["socket2"],
    &["std", "net"],
    &["std", "thread"],
    &["std", "process"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["TimeZone", "system"],
];

/// Types that make a `static` a global: a table computed once (`LazyLock`) is none.
const CHANGEABLE: [&str; 7] = ["Mutex", "RwLock", "OnceLock", "OnceCell", "Cell", "RefCell", "UnsafeCell"];

/// A source file without its test-only items.
pub struct File {
    pub path: PathBuf,
    /// `["line", "frame"]` for `src/line/frame.rs`.
    pub module: Vec<String>,
    tokens: Vec<TokenTree>,
    /// Modules that `#[cfg(test)]` keeps out of the program: their files without `.rs`.
    pub test_only: Vec<PathBuf>,
}

/// A path as it stands in source, with what its `super`s lead to.
struct Named {
    line: usize,
    segments: Vec<String>,
    /// How many modules deep it stands in its file.
    depth: usize,
}

impl File {
    pub fn made_up(room: &str, text: &str) -> Self {
        Self::parse(PathBuf::from("made_up.rs"), vec![room.to_owned()], text)
    }

    fn read(path: PathBuf, module: Vec<String>) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        Self::parse(path, module, &text)
    }

    fn parse(path: PathBuf, module: Vec<String>, text: &str) -> Self {
        let all: TokenStream = text.parse().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let (tokens, tests) = without_tests(all);
        let folder = children(&path, &module);
        let test_only = tests.iter().flat_map(|name| [folder.join(name), folder.join(format!("{name}.rs"))]).collect();
        Self { path, module, tokens, test_only }
    }

    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.strip_prefix(root()).unwrap_or(&self.path).display())
    }

    fn named(&self) -> Vec<Named> {
        let mut named = Vec::new();
        walk(&self.tokens, self.module.len(), &mut named);
        named
    }

    /// The rooms that it names, each with the line.
    pub fn imports(&self) -> BTreeSet<(usize, String)> {
        self.named().into_iter().filter_map(|named| Some((named.line, named.room()?))).collect()
    }

    pub fn shell_things(&self) -> Vec<(usize, String)> {
        let mut found: Vec<(usize, String)> = Vec::new();
        for named in self.named() {
            let hit =
                SHELL_ONLY.iter().find(|banned| named.segments.windows(banned.len()).any(|part| part == **banned));
            found.extend(hit.map(|banned| (named.line, banned.join("::"))));
        }
        globals(&self.tokens, &mut found);
        found.dedup();
        found
    }

    pub fn unsafe_lines(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        each(&self.tokens, &mut |tokens| {
            lines.extend(tokens.iter().filter(|token| is(token, "unsafe")).map(line_of));
        });
        lines
    }
}

impl Named {
    /// The room of this house that the path leads to.
    fn room(&self) -> Option<String> {
        let supers = self.segments.iter().take_while(|segment| *segment == "super").count();
        match self.segments.first()?.as_str() {
            "crate" => self.segments.get(1).cloned(),
            "super" if supers == self.depth => self.segments.get(supers).cloned(),
            _ => None,
        }
    }
}

/// Every file that `src/lib.rs` leads to, and itself.
pub fn house() -> Vec<File> {
    let lib = File::read(root().join("src/lib.rs"), Vec::new());
    let mut found = Vec::new();
    let mut open = vec![lib];
    while let Some(file) = open.pop() {
        let folder = children(&file.path, &file.module);
        for name in modules(&file.tokens) {
            let flat = folder.join(format!("{name}.rs"));
            let path = if flat.exists() { flat } else { folder.join(&name).join("mod.rs") };
            open.push(File::read(path, [file.module.clone(), vec![name]].concat()));
        }
        found.push(file);
    }
    found
}

/// Where the files of a module's children are.
fn children(path: &Path, module: &[String]) -> PathBuf {
    let here = path.parent().unwrap_or(path);
    match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib") => here.to_owned(),
        _ => here.join(module.last().map_or("", String::as_str)),
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

/// Takes out every item under `#[cfg(test)]`; tells which of them were modules in files of their own.
fn without_tests(stream: TokenStream) -> (Vec<TokenTree>, Vec<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let (mut kept, mut tests, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        if !(is_punct(&tokens[at], '#') && tokens.get(at + 1).is_some_and(is_cfg_test)) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let ends = |token: &TokenTree| {
            is_punct(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
        };
        let end = (at + 2..tokens.len()).find(|at| ends(&tokens[*at])).unwrap_or(tokens.len() - 1);
        let item = &tokens[at + 2..=end];
        tests.extend(modules(item));
        // `use a::{b};` ends after its braces.
        at = end + 1 + usize::from(tokens.get(end + 1).is_some_and(|token| is_punct(token, ';')));
    }
    (kept, tests)
}

/// `mod name;`: modules in files of their own.
fn modules(tokens: &[TokenTree]) -> Vec<String> {
    let declares = |three: &&[TokenTree]| is(&three[0], "mod") && is_punct(&three[2], ';');
    tokens.windows(3).filter(declares).map(|three| three[1].to_string()).collect()
}

/// Collects every path, `use` trees expanded, `depth` modules deep.
fn walk(tokens: &[TokenTree], depth: usize, found: &mut Vec<Named>) {
    let mut at = 0;
    while at < tokens.len() {
        if let TokenTree::Group(group) = &tokens[at] {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            let in_module = at >= 2 && is(&tokens[at - 2], "mod");
            walk(&inside, depth + usize::from(in_module), found);
        }
        match &tokens[at] {
            TokenTree::Ident(_) => at = path(tokens, at, &[], depth, found),
            _ => at += 1,
        }
    }
}

/// Reads the path that begins at `at`; where it goes on in braces, every branch is a path of its own.
fn path(tokens: &[TokenTree], mut at: usize, before: &[String], depth: usize, found: &mut Vec<Named>) -> usize {
    let line = line_of(&tokens[at]);
    let mut segments = before.to_vec();
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        segments.push(ident.to_string());
        at += 1;
        if !(tokens.get(at).is_some_and(|t| is_punct(t, ':')) && tokens.get(at + 1).is_some_and(|t| is_punct(t, ':'))) {
            break;
        }
        at += 2;
        if let Some(TokenTree::Group(group)) = tokens.get(at)
            && group.delimiter() == Delimiter::Brace
        {
            let branches: Vec<TokenTree> = group.stream().into_iter().collect();
            for branch in branches.split(|token| is_punct(token, ',')).filter(|branch| !branch.is_empty()) {
                path(branch, 0, &segments, depth, found);
            }
            return at + 1;
        }
    }
    found.push(Named { line, segments, depth });
    at
}

/// `thread_local!`, `static mut`, and statics that can change.
fn globals(tokens: &[TokenTree], found: &mut Vec<(usize, String)>) {
    each(tokens, &mut |tokens| {
        for (at, token) in tokens.iter().enumerate() {
            let lifetime = at > 0 && is_punct(&tokens[at - 1], '\'');
            if is(token, "thread_local") || (is(token, "static") && !lifetime && changes(&tokens[at + 1..])) {
                found.push((line_of(token), "globals".into()));
            }
        }
    });
}

fn changes(declaration: &[TokenTree]) -> bool {
    let mut kind = declaration.iter().take_while(|token| !is_punct(token, '='));
    kind.any(|token| {
        let name = token.to_string();
        name == "mut" || name.starts_with("Atomic") || CHANGEABLE.contains(&name.as_str())
    })
}

/// Shows `look` the tokens, and those inside every group.
fn each(tokens: &[TokenTree], look: &mut impl FnMut(&[TokenTree])) {
    look(tokens);
    for token in tokens {
        if let TokenTree::Group(group) = token {
            each(&group.stream().into_iter().collect::<Vec<_>>(), look);
        }
    }
}

fn is_cfg_test(token: &TokenTree) -> bool {
    let text = token.to_string().replace(' ', "");
    text == "[cfg(test)]" || text.starts_with("[cfg(all(test,")
}

fn is(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

fn line_of(token: &TokenTree) -> usize {
    token.span().start().line
}
