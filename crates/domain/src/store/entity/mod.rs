//! The platform's tables, column for column. Enumerated columns are text: some installations have real ENUM columns.
#![allow(
    missing_docs,
    reason = "columns are documented where the platform documents its tables"
)]

pub mod api_token;
pub mod category;
pub mod customized_test;
pub mod fork;
pub mod general_data;
pub mod regression_test;
pub mod regression_test_category;
pub mod regression_test_output;
pub mod regression_test_output_files;
pub mod sample;
pub mod test;
pub mod test_fork;
pub mod test_progress;
pub mod test_result;
pub mod test_result_file;
pub mod user;
