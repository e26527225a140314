//! What travels: one file per noun. Inputs refuse unknown fields; outputs never hold a secret.

mod audit;
mod audit_export;
mod changes;
mod page;
mod problem;
mod registry;
mod registry_input;
mod registry_test;
mod session;
mod setup;
pub(crate) mod words;

pub(crate) use audit::{AuditExportQuery, AuditPage, AuditQuery, ExportFormat};
pub(crate) use audit_export::{CSV_HEADING, csv as audit_csv, jsonl as audit_jsonl};
pub(crate) use changes::ChangeView;
pub(crate) use problem::{FieldProblem, Problem};
pub(crate) use registry::{RegistryPage, RegistryView};
pub(crate) use registry_input::{RegistryEdit, RegistryInput, RegistryQuery};
pub(crate) use registry_test::{RegistryTestRequest, TestLine};
pub(crate) use session::{LoginRequest, SessionView};
pub(crate) use setup::{SetupRequest, SetupState};
