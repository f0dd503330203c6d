//! The public API of the top crate, read from the sources: names are followed through `pub use`,
//! with their renames, into the crates that define them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::{Attribute, Fields, ImplItem, Item, Meta, TraitItem, Type, UseTree, Visibility};

use crate::shell::root;

/// Crates whose items the top crate may give on: name in paths and folder.
const CRATES: &[&str] = &[
    "crypto",
    "datachannel",
    "dtls",
    "ice",
    "media",
    "peerconnection",
    "rtcp",
    "rtp",
    "sansio",
    "sctp",
    "sdp",
    "srtp",
    "stonechat",
    "stun",
    "turn",
];

/// A type or trait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definition {
    /// Its name where it is defined.
    pub(crate) name: String,
    /// Public methods and associated functions.
    pub(crate) methods: BTreeSet<String>,
    /// Public fields of a struct.
    pub(crate) fields: BTreeSet<String>,
    /// Variants of an enum, with the word of each one declared through `w3c_enums!`.
    pub(crate) variants: BTreeMap<String, Option<String>>,
    /// Whether a program outside can write it as a literal.
    pub(crate) literal: bool,
    /// Where to look on: what it is an alias of, or dereferences to.
    also: Vec<Path_>,
}

/// A path and the module in which it is written.
type Path_ = (usize, Vec<String>);

#[derive(Clone, Copy, Debug)]
enum Target {
    Module(usize),
    Item(usize),
}

#[derive(Debug)]
struct Named {
    public: bool,
    target: Named_,
}

#[derive(Debug)]
enum Named_ {
    Module(usize),
    Item(usize),
    Use(Vec<String>),
}

#[derive(Debug, Default)]
struct Module {
    parent: Option<usize>,
    names: BTreeMap<String, Vec<Named>>,
    globs: Vec<(bool, Vec<String>)>,
}

/// The sources of all crates.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    modules: Vec<Module>,
    items: Vec<Definition>,
    crates: BTreeMap<String, usize>,
    /// Blocks whose type is found when everything has been read.
    blocks: Vec<(Path_, Definition)>,
    public: BTreeMap<String, usize>,
}

impl Sources {
    /// Those of this workspace.
    pub(crate) fn load() -> Result<Self> {
        let mut sources = Self::default();
        for name in CRATES {
            let file = root().join(format!("crates/{name}/src/lib.rs"));
            if file.is_file() {
                let package = match *name {
                    "stonechat" => (*name).to_owned(),
                    name => format!("stonechat_{name}"),
                };
                let text = read(&file)?;
                sources.add_crate(&package, &text, Some(&file))?;
            }
        }
        sources.finish("stonechat");
        Ok(sources)
    }

    /// One from texts, for tests: pairs of a crate and its `lib.rs`; the last is the top crate.
    #[cfg(test)]
    pub(crate) fn of(crates: &[(&str, &str)]) -> Result<Self> {
        let mut sources = Self::default();
        for (name, text) in crates {
            sources.add_crate(name, text, None)?;
        }
        sources.finish(crates.last().map_or("", |(name, _)| name));
        Ok(sources)
    }

    /// A type or trait by the name that the top crate gives it.
    pub(crate) fn public(&self, name: &str) -> Option<&Definition> {
        self.public.get(name).map(|item| &self.items[*item])
    }

    fn add_crate(&mut self, name: &str, text: &str, file: Option<&Path>) -> Result<()> {
        let module = self.modules.len();
        self.crates.insert(name.to_owned(), module);
        self.modules.push(Module::default());
        let parsed = syn::parse_file(text).with_context(|| format!("lib.rs of {name}"))?;
        let directory = file.and_then(Path::parent).map(Path::to_owned);
        self.add_items(module, parsed.items, directory.as_deref())
    }

    fn add_items(&mut self, module: usize, items: Vec<Item>, files: Option<&Path>) -> Result<()> {
        for item in items {
            if is_hidden(attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(inner) => self.add_module(module, inner, files)?,
                Item::Use(inner) => {
                    let public = is_public(&inner.vis);
                    self.add_use(module, public, &mut vec![], &inner.tree);
                }
                Item::Impl(inner) => self.add_block(module, &inner),
                Item::Macro(inner)
                    if inner
                        .mac
                        .path
                        .segments
                        .last()
                        .is_some_and(|last| last.ident == "w3c_enums") =>
                {
                    for definition in w3c_enums(inner.mac.tokens) {
                        self.add_item(module, true, definition);
                    }
                }
                Item::Macro(inner) if inner.mac.path.is_ident("dictionary") => {
                    if let Some(definition) = dictionary(module, inner.mac.tokens) {
                        self.add_item(module, true, definition);
                    }
                }
                Item::Struct(inner) => {
                    let definition = of_struct(&inner);
                    self.add_item(module, is_public(&inner.vis), definition);
                }
                Item::Enum(inner) => {
                    let variants = inner.variants.iter().map(|of| (of.ident.to_string(), None));
                    let definition = Definition {
                        name: inner.ident.to_string(),
                        variants: variants.collect(),
                        ..Definition::default()
                    };
                    self.add_item(module, is_public(&inner.vis), definition);
                }
                Item::Trait(inner) => {
                    let methods = inner.items.iter().filter_map(|item| match item {
                        TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                        _ => None,
                    });
                    let definition = Definition {
                        name: inner.ident.to_string(),
                        methods: methods.collect(),
                        ..Definition::default()
                    };
                    self.add_item(module, is_public(&inner.vis), definition);
                }
                Item::Type(inner) => {
                    let also = type_path(&inner.ty).map(|path| (module, path));
                    let definition = Definition {
                        name: inner.ident.to_string(),
                        also: also.into_iter().collect(),
                        ..Definition::default()
                    };
                    self.add_item(module, is_public(&inner.vis), definition);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_item(&mut self, module: usize, public: bool, definition: Definition) {
        let target = Named_::Item(self.items.len());
        self.name(module, definition.name.clone(), public, target);
        self.items.push(definition);
    }

    fn name(&mut self, module: usize, name: String, public: bool, target: Named_) {
        let names = self.modules[module].names.entry(name).or_default();
        names.push(Named { public, target });
    }

    fn add_module(
        &mut self,
        parent: usize,
        inner: syn::ItemMod,
        files: Option<&Path>,
    ) -> Result<()> {
        let module = self.modules.len();
        self.modules.push(Module {
            parent: Some(parent),
            ..Module::default()
        });
        let name = inner.ident.to_string();
        self.name(
            parent,
            name.clone(),
            is_public(&inner.vis),
            Named_::Module(module),
        );
        let directory = files.map(|files| files.join(&name));
        let items = match (inner.content, &directory) {
            (Some((_, items)), _) => items,
            (None, Some(directory)) => {
                let beside = directory.with_extension("rs");
                let file = if beside.is_file() {
                    beside
                } else {
                    directory.join("mod.rs")
                };
                let parsed = syn::parse_file(&read(&file)?);
                parsed.with_context(|| file.display().to_string())?.items
            }
            (None, None) => vec![],
        };
        self.add_items(module, items, directory.as_deref())
    }

    fn add_use(&mut self, module: usize, public: bool, path: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.add_use(module, public, path, &inner.tree);
                path.pop();
            }
            UseTree::Group(inner) => {
                for tree in &inner.items {
                    self.add_use(module, public, path, tree);
                }
            }
            UseTree::Glob(_) => self.modules[module].globs.push((public, path.clone())),
            UseTree::Name(inner) => {
                self.add_use_name(module, public, path, &inner.ident, &inner.ident);
            }
            UseTree::Rename(inner) => {
                self.add_use_name(module, public, path, &inner.ident, &inner.rename);
            }
        }
    }

    fn add_use_name(
        &mut self,
        module: usize,
        public: bool,
        path: &[String],
        ident: &syn::Ident,
        binding: &syn::Ident,
    ) {
        let mut path = path.to_vec();
        let mut binding = binding.to_string();
        if ident == "self" {
            if binding == "self" {
                binding = path.last().cloned().unwrap_or_default();
            }
        } else {
            path.push(ident.to_string());
        }
        self.name(module, binding, public, Named_::Use(path));
    }

    fn add_block(&mut self, module: usize, block: &syn::ItemImpl) {
        let Some(path) = type_path(&block.self_ty) else {
            return;
        };
        let of_trait = block.trait_.as_ref().map(|(_, path, _)| segments(path));
        let name = of_trait
            .as_ref()
            .and_then(|path| path.last())
            .map(String::as_str);
        // Every type can be cloned and compared; that says nothing of the members of the W3C API.
        if matches!(name, Some("Clone" | "Default" | "Drop")) {
            return;
        }
        let mut found = Definition::default();
        for item in &block.items {
            match item {
                ImplItem::Fn(method) if is_hidden(&method.attrs) => {}
                ImplItem::Fn(method) if of_trait.is_some() || is_public(&method.vis) => {
                    found.methods.insert(method.sig.ident.unraw().to_string());
                }
                ImplItem::Type(target) if name == Some("Deref") => {
                    found
                        .also
                        .extend(type_path(&target.ty).map(|path| (module, path)));
                }
                _ => {}
            }
        }
        self.blocks.push(((module, path), found));
    }

    /// Gives every block to its type and finds what the top crate makes public.
    fn finish(&mut self, top: &str) {
        for ((module, path), found) in std::mem::take(&mut self.blocks) {
            if let Some(Target::Item(item)) = self.resolve(module, &path, 0) {
                self.items[item].methods.extend(found.methods);
                self.items[item].also.extend(found.also);
            }
        }
        for item in 0..self.items.len() {
            self.follow(item);
        }
        let mut public = BTreeMap::new();
        let mut waiting = std::collections::VecDeque::from_iter(self.crates.get(top).copied());
        let mut seen = BTreeSet::new();
        while let Some(module) = waiting.pop_front() {
            if !seen.insert(module) {
                continue;
            }
            for name in self.public_names(module) {
                match self.lookup(module, &name, true, 0) {
                    Some(Target::Module(inner)) => waiting.push_back(inner),
                    Some(Target::Item(item)) => {
                        public.entry(name).or_insert(item);
                    }
                    None => {}
                }
            }
        }
        self.public = public;
    }

    /// Adds what the targets of aliases and of `Deref` have.
    fn follow(&mut self, item: usize) {
        let mut waiting = self.items[item].also.clone();
        let mut seen = BTreeSet::from([item]);
        while let Some((module, path)) = waiting.pop() {
            let Some(Target::Item(other)) = self.resolve(module, &path, 0) else {
                continue;
            };
            if !seen.insert(other) {
                continue;
            }
            let other = self.items[other].clone();
            let this = &mut self.items[item];
            this.methods.extend(other.methods);
            this.fields.extend(other.fields);
            this.variants.extend(other.variants);
            this.literal |= other.literal;
            waiting.extend(other.also);
        }
    }

    fn public_names(&self, module: usize) -> BTreeSet<String> {
        let of = &self.modules[module];
        let public = of
            .names
            .iter()
            .filter(|(_, named)| named.iter().any(|named| named.public));
        let mut names: BTreeSet<String> = public.map(|(name, _)| name.clone()).collect();
        for (_, path) in of.globs.iter().filter(|(public, _)| *public) {
            if let Some(Target::Module(inner)) = self.resolve(module, path, 0)
                && inner != module
            {
                names.extend(self.public_names(inner));
            }
        }
        names
    }

    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<Target> {
        let (first, mut rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" | "$crate" => Target::Module(self.root_of(module)),
            "self" => Target::Module(module),
            "super" => Target::Module(self.modules[module].parent?),
            name => match self.lookup(module, name, false, depth) {
                Some(target) => target,
                None => Target::Module(*self.crates.get(name)?),
            },
        };
        while let (Target::Module(inner), Some((name, more))) = (target, rest.split_first()) {
            target = match name.as_str() {
                "super" => Target::Module(self.modules[inner].parent?),
                name => self.lookup(inner, name, false, depth)?,
            };
            rest = more;
        }
        rest.is_empty().then_some(target)
    }

    fn root_of(&self, module: usize) -> usize {
        let mut root = module;
        while let Some(parent) = self.modules[root].parent {
            root = parent;
        }
        root
    }

    fn lookup(&self, module: usize, name: &str, public: bool, depth: usize) -> Option<Target> {
        // Imports may go in a circle through globs.
        if depth > 16 {
            return None;
        }
        let of = &self.modules[module];
        for named in of.names.get(name).into_iter().flatten() {
            if public && !named.public {
                continue;
            }
            let target = match &named.target {
                Named_::Module(inner) => Some(Target::Module(*inner)),
                Named_::Item(item) => Some(Target::Item(*item)),
                Named_::Use(path) => self.resolve_use(module, path, name, depth + 1),
            };
            if target.is_some() {
                return target;
            }
        }
        of.globs
            .iter()
            .filter(|(glob, _)| *glob || !public)
            .find_map(|(_, path)| match self.resolve(module, path, depth + 1) {
                Some(Target::Module(inner)) if inner != module => {
                    self.lookup(inner, name, true, depth + 1)
                }
                _ => None,
            })
    }

    /// The target of `use path`: a first word that is the binding itself is a crate.
    fn resolve_use(
        &self,
        module: usize,
        path: &[String],
        name: &str,
        depth: usize,
    ) -> Option<Target> {
        if path.first().is_some_and(|first| first == name) && path.len() > 1 {
            let (first, rest) = path.split_first()?;
            return self.resolve(*self.crates.get(first)?, rest, depth);
        }
        self.resolve(module, path, depth)
    }
}

/// The enums that the macro declares: `Name { Variant = "word", .. } ..`.
fn w3c_enums(tokens: TokenStream) -> Vec<Definition> {
    let mut found = vec![];
    let mut name = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => name = Some(ident.to_string()),
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                found.push(Definition {
                    name: name.take().unwrap_or_default(),
                    variants: words(group.stream()),
                    methods: ["as_str", "from_str"].map(str::to_owned).into(),
                    ..Definition::default()
                });
            }
            _ => {}
        }
    }
    found
}

fn words(tokens: TokenStream) -> BTreeMap<String, Option<String>> {
    let mut variants = BTreeMap::new();
    let mut variant = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => variant = Some(ident.to_string()),
            TokenTree::Literal(literal) => {
                if let (Some(variant), syn::Lit::Str(word)) =
                    (variant.take(), syn::Lit::new(literal))
                {
                    variants.insert(variant, Some(word.value()));
                }
            }
            _ => {}
        }
    }
    variants
}

/// The struct that the macro of statistics declares, `Name: Base { member: Type, .. }`: it
/// dereferences to what it inherits from.
fn dictionary(module: usize, tokens: TokenStream) -> Option<Definition> {
    let mut names = vec![];
    let mut fields = BTreeSet::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => names.push(ident.to_string()),
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                let members = format!("{{ {} }}", group.stream());
                let members: syn::FieldsNamed = syn::parse_str(&members).ok()?;
                let idents = members.named.into_iter().filter_map(|field| field.ident);
                fields.extend(idents.map(|ident| ident.unraw().to_string()));
            }
            _ => {}
        }
    }
    let [name, base] = <[String; 2]>::try_from(names).ok()?;
    Some(Definition {
        name,
        fields,
        literal: true,
        also: vec![(module, vec![base])],
        ..Definition::default()
    })
}

fn of_struct(item: &syn::ItemStruct) -> Definition {
    let closed = item
        .attrs
        .iter()
        .any(|of| of.path().is_ident("non_exhaustive"));
    let (fields, literal) = match &item.fields {
        Fields::Named(fields) => {
            let public = fields.named.iter().filter(|field| is_public(&field.vis));
            let names = public.filter_map(|field| Some(field.ident.as_ref()?.unraw().to_string()));
            let names: BTreeSet<String> = names.collect();
            let literal = !closed && names.len() == fields.named.len();
            (names, literal)
        }
        Fields::Unnamed(fields) => {
            let literal = !closed && fields.unnamed.iter().all(|field| is_public(&field.vis));
            (BTreeSet::new(), literal)
        }
        Fields::Unit => (BTreeSet::new(), !closed),
    };
    Definition {
        name: item.ident.to_string(),
        fields,
        literal,
        ..Definition::default()
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(inner) => &inner.attrs,
        Item::Use(inner) => &inner.attrs,
        Item::Impl(inner) => &inner.attrs,
        Item::Struct(inner) => &inner.attrs,
        Item::Enum(inner) => &inner.attrs,
        Item::Trait(inner) => &inner.attrs,
        Item::Type(inner) => &inner.attrs,
        _ => &[],
    }
}

/// Whether it is compiled for tests or doctests alone, or hidden from the documentation.
fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            let words = list.tokens.to_string();
            (list.path.is_ident("cfg") && (words == "test" || words == "doctest"))
                || (list.path.is_ident("doc") && words == "hidden")
        }
        _ => false,
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn type_path(of: &Type) -> Option<Vec<String>> {
    match of {
        Type::Path(path) if path.qself.is_none() => Some(segments(&path.path)),
        Type::Reference(of) => type_path(&of.elem),
        _ => None,
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|part| part.ident.to_string())
        .collect()
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| PathBuf::from(file).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BELOW: &str = r#"
        mod state { w3c_enums! {
            /// Doc.
            State {
                /// One.
                #[default]
                Idle = "idle",
                NotYet = "not-yet",
            }
            Other { A = "a", }
        } }
        mod object {
            pub struct Init { pub label: String, hidden: u8, pub r#type: u8 }
            pub struct Object;
            impl Object { pub fn run(&self) {} fn secret(&self) {} pub(crate) fn inner(&self) {} }
            impl Clone for Object { fn clone(&self) -> Self { Self } }
            #[cfg(test)] impl Object { pub fn only_in_tests(&self) {} }
        }
        mod stats {
            pub struct Base { pub id: u8 }
            dictionary! {
                /// Doc.
                Stats: Base {
                    /// One.
                    sent: Option<u64>,
                    record: Option<BTreeMap<String, f64>>,
                }
            }
        }
        mod more { use super::object::Object as It; impl It { pub fn more(&self) {} } }
        pub use object::{Init, Object};
        pub use state::State;
        pub use stats::Stats;
    "#;

    const TOP: &str = r#"
        mod handles {
            use stonechat_below::Object;
            pub struct Handle { pub id: u8 }
            impl std::ops::Deref for Handle { type Target = Object; }
            pub trait Provider { fn validate(&self); }
            pub struct Private;
        }
        pub mod inner { pub use crate::handles::Provider; }
        pub use handles::Handle;
        pub use stonechat_below::{Init as RtcInit, State as RtcState, Stats as RtcStats};
        pub type Alias = RtcInit;
    "#;

    fn sources() -> Sources {
        Sources::of(&[("stonechat_below", BELOW), ("stonechat", TOP)]).unwrap()
    }

    fn set(names: &BTreeSet<String>) -> Vec<&str> {
        names.iter().map(String::as_str).collect()
    }

    #[test]
    fn public_names_lead_to_definitions_in_other_crates() {
        let sources = sources();
        let init = sources.public("RtcInit").unwrap();
        assert_eq!(init.name, "Init");
        assert_eq!(set(&init.fields), ["label", "type"]);
        assert!(!init.literal);
        assert_eq!(
            set(&sources.public("Alias").unwrap().fields),
            ["label", "type"]
        );
        assert!(sources.public("Init").is_none());
        assert!(sources.public("Private").is_none());
        assert_eq!(
            set(&sources.public("Provider").unwrap().methods),
            ["validate"]
        );
    }

    #[test]
    fn methods_of_all_blocks_and_of_what_it_dereferences_to_count() {
        let handle = sources().public("Handle").cloned().unwrap();
        assert_eq!(set(&handle.methods), ["more", "run"]);
        assert!(handle.literal);
    }

    #[test]
    fn members_of_dictionaries_are_read_from_the_macro() {
        let stats = sources().public("RtcStats").cloned().unwrap();
        assert_eq!(stats.name, "Stats");
        assert_eq!(set(&stats.fields), ["id", "record", "sent"]);
    }

    #[test]
    fn the_words_of_enums_are_read_from_the_macro() {
        let sources = sources();
        let words = &sources.public("RtcState").unwrap().variants;
        let words: Vec<_> = words
            .iter()
            .map(|(name, word)| (name.as_str(), word.as_deref()))
            .collect();
        assert_eq!(words, [("Idle", Some("idle")), ("NotYet", Some("not-yet"))]);
        assert!(sources.public("Other").is_none());
    }
}
