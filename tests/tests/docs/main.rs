//! The documents of the repository: their links resolve, their listings compile, and the items they
//! name exist.

mod benchmark_figures;
mod chapters;
mod contents;
mod dependencies;
mod examples;
mod generated_code;
mod guarantees;
mod item_examples;
mod links;
mod llms;
mod page;
mod pictures;
mod prose;
mod public_items;
mod readme;
mod reserved_names;
mod shown_error_texts;
mod text;
