//! What was read before charts said what they are, and before long builds were kept: both are read
//! once more.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0016_charts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [CHARTS, BUILDS] {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }
}

/// 2 is a chart's kind. A configuration that an image has, too, is in the table already.
const CHARTS: &str = "INSERT INTO image_config (blob_no, inventory_no, state) \
     SELECT a.config_no, a.inventory_no, 0 FROM artifact a JOIN blob b ON b.no = a.config_no \
     WHERE a.kind = 2 AND a.state = 1 \
     AND b.media_type <> 'application/vnd.oci.empty.v1+json' \
     GROUP BY a.config_no, a.inventory_no \
     ON CONFLICT (blob_no) DO UPDATE SET state = 0, trouble = NULL";

/// A summary ends with what is missing, and that with the steps of the build. Until it is read again,
/// what is known of it stays.
const BUILDS: &str = "UPDATE image_config SET state = 0 WHERE state = 1 \
     AND summary LIKE '%\"not_kept\":%' AND summary NOT LIKE '%\"history\":0}}'";
