package main

import (
	"context"
	"os"
	"time"
)

func main() {
	// The driver would ask the cloud's metadata service where it runs, which delays the first connection elsewhere.
	if err := os.Setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true"); err != nil {
		os.Stderr.WriteString("polsync: " + err.Error() + "\n")
		os.Exit(exitCannot)
	}
	os.Exit(run(context.Background(), newApp(os.Stdout, os.Stderr, os.LookupEnv, time.Now), os.Args[1:]))
}
