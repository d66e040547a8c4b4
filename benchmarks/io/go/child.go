// child.ts's twin for Go's net, crypto/tls and os/exec: a goroutine for each connection, as its users write it.
//
//	child go server echo|tls
//	child go client BENCH N MILLISECONDS [PORT]
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"syscall"
	"time"
)

const (
	mostCalls   = 5
	connections = 64
	handshaking = 8
	children    = 20
	small       = 64
	medium      = 1024
	piece       = 64 * 1024
	mebi        = 1024 * 1024
)

type timer struct{ from, to time.Time }

func (t *timer) start() { t.from = time.Now() }
func (t *timer) stop()  { t.to = time.Now() }

type client func(n int, address string, t *timer) int

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(result map[string]any) {
	must(json.NewEncoder(os.Stdout).Encode(result))
}

// The program is built into benchmarks/io/.cache.
func pem(name string) string {
	program, err := os.Executable()
	must(err)
	return filepath.Join(filepath.Dir(program), "../../../packages/io/test/fixtures/tls", name)
}

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, piece)
	for {
		n, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err = connection.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func greet(connection net.Conn) {
	connection.Write([]byte("k"))
	connection.Close()
}

func serve(kind string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	port := listener.Addr().(*net.TCPAddr).Port
	handle := echo
	if kind == "tls" {
		certificate, err := tls.LoadX509KeyPair(pem("server.pem"), pem("server.key"))
		must(err)
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
		handle = greet
	}
	say(map[string]any{"port": port})
	for {
		connection, err := listener.Accept()
		must(err)
		go handle(connection)
	}
}

// Shares the work out to so many goroutines.
func atOnce(n, width int, work func(count int) int) int {
	results := make(chan int)
	for i := 0; i < width; i++ {
		count := n / width
		if i < n%width {
			count++
		}
		go func() { results <- work(count) }()
	}
	sum := 0
	for i := 0; i < width; i++ {
		sum += <-results
	}
	return sum
}

func dial(address string) net.Conn {
	connection, err := net.Dial("tcp", address)
	must(err)
	return connection
}

func pingPong(connection net.Conn, size, times int) int {
	message := make([]byte, size)
	answer := make([]byte, size)
	received := 0
	for i := 0; i < times; i++ {
		_, err := connection.Write(message)
		must(err)
		n, err := io.ReadFull(connection, answer)
		must(err)
		received += n
	}
	return received
}

func handshakes(n int, address string, t *timer) int {
	authority, err := os.ReadFile(pem("authority.pem"))
	must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	config := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	t.start()
	defer t.stop()
	return atOnce(n, handshaking, func(count int) int {
		right := 0
		for i := 0; i < count; i++ {
			connection, err := tls.Dial("tcp", address, config)
			must(err)
			data, err := io.ReadAll(connection)
			must(err)
			if string(data) == "k" {
				right++
			}
			connection.Close()
		}
		return right
	})
}

func spawnTrue(count int) int {
	right := 0
	for i := 0; i < count; i++ {
		if exec.Command("true").Run() == nil {
			right++
		}
	}
	return right
}

var clients = map[string]client{
	"pingpong": func(n int, address string, t *timer) int {
		connection := dial(address)
		defer connection.Close()
		t.start()
		defer t.stop()
		return pingPong(connection, small, n)
	},
	"many": func(n int, address string, t *timer) int {
		open := make(chan net.Conn, connections)
		for i := 0; i < connections; i++ {
			open <- dial(address)
		}
		t.start()
		defer t.stop()
		return atOnce(n, connections, func(count int) int {
			connection := <-open
			defer connection.Close()
			return pingPong(connection, medium, count)
		})
	},
	"stream": func(n int, address string, t *timer) int {
		connection := dial(address)
		defer connection.Close()
		total := n * mebi
		t.start()
		defer t.stop()
		go func() {
			data := make([]byte, piece)
			for i := 0; i < total/piece; i++ {
				_, err := connection.Write(data)
				must(err)
			}
		}()
		buffer := make([]byte, piece)
		received := 0
		for received < total {
			n, err := connection.Read(buffer)
			must(err)
			received += n
		}
		return received
	},
	"handshakes": handshakes,
	"spawn": func(n int, _ string, t *timer) int {
		t.start()
		defer t.stop()
		return spawnTrue(n)
	},
	"spawn20": func(n int, _ string, t *timer) int {
		t.start()
		defer t.stop()
		return atOnce(n, children, spawnTrue)
	},
}

// Of this process, in nanoseconds.
func processorTime() int64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func once(run client, n int, address string) (float64, int) {
	runtime.GC()
	var t timer
	check := run(n, address, &t)
	return float64(t.to.Sub(t.from).Nanoseconds()) / float64(n), check
}

func measure(run client, n int, budget float64, address string) {
	used := processorTime()
	once(run, n, address)
	var times []float64
	check := 0
	for spent := 0.0; len(times) < mostCalls && (len(times) == 0 || spent < budget); {
		from := time.Now()
		var ns float64
		ns, check = once(run, n, address)
		spent += float64(time.Since(from).Milliseconds())
		times = append(times, ns)
	}
	sort.Float64s(times)
	median := math.Round(times[len(times)/2]*10) / 10
	say(map[string]any{"ns": median, "cpu": processorTime() - used, "calls": len(times), "check": check})
}

func main() {
	role, what, rest := os.Args[2], os.Args[3], os.Args[4:]
	if role == "server" {
		serve(what)
		return
	}
	run, known := clients[what]
	if !known {
		say(map[string]any{"missing": true})
		return
	}
	n, err := strconv.Atoi(rest[0])
	must(err)
	budget, err := strconv.ParseFloat(rest[1], 64)
	must(err)
	address := ""
	if len(rest) > 2 {
		address = "127.0.0.1:" + rest[2]
	}
	measure(run, n, budget, address)
}
