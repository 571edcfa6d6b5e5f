//! The documents of the repository: their links resolve, their listings compile, and the items they
//! name exist.

#[path = "papers"]
mod papers {
    mod chapters;
    mod dependencies;
    mod examples;
    mod figures;
    mod generated;
    mod guarantees;
    mod links;
    mod mistakes;
    mod page;
    mod prose;
    mod shown;
    mod text;
}
