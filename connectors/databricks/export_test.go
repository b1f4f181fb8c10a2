package databricks

import (
	"context"
	"time"

	"github.com/databricks/databricks-sdk-go/config"
)

// Ask sends one read to the workspace of a platform.
func Ask(ctx context.Context, p *Platform, path string) error {
	_, err := p.client.do(ctx, reads, "GET", path, nil, nil)
	return err
}

// SDKConfig returns what the SDK is told of credentials.
func SDKConfig(host string, c Credentials) (*config.Config, error) {
	return sdkConfig(Options{Host: host, RequestTimeout: time.Second, RetryTimeout: time.Second}, c, nil)
}
