package databricks_test

import "github.com/databricks/databricks-sdk-go/service/compute"

// computeList asks for an API the emulator does not have.
var computeList = compute.ListClustersRequest{}
