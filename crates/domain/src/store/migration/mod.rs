//! Schema of the embedded SQLite. MariaDB's belongs to the platform and is never altered.

use sea_orm_migration::prelude::*;

mod m0001_platform;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_platform::Migration)]
    }
}
