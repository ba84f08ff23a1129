// A vCenter simulator as a process of its own; it ends when its standard input does.
package main

import (
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

func main() {
	model := simulator.VPX()
	listen := flag.String("listen", "127.0.0.1:0", "address")
	flag.IntVar(&model.Machine, "machines", 2, "machines per resource pool")
	flag.IntVar(&model.Datacenter, "datacenters", 1, "datacenters")
	flag.IntVar(&model.ClusterHost, "hosts", 3, "hosts per cluster")
	flag.IntVar(&model.Datastore, "datastores", 2, "datastores")
	password := flag.String("password", "pass", "of the user `user`")
	taskTime := flag.Duration("task-time", 0, "how long a task is shown as running")
	flag.Parse()
	simulator.TaskTime = *taskTime
	if err := model.Create(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	model.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword("user", *password)}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	fmt.Println(server.URL.Host)
	_, _ = io.Copy(io.Discard, os.Stdin)
	server.CloseClientConnections()
	go func() {
		time.Sleep(time.Second)
		os.Exit(0)
	}()
	model.Remove()
}
